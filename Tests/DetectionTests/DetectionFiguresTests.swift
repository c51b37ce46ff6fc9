import Testing

@testable import Detection

@Suite struct DetectionFiguresTests {
  @Test func figuresFollowFromTheCounts() {
    var figures = DetectionFigures()
    for (flagged, poisoned, times) in [(true, true, 6), (true, false, 2), (false, true, 1), (false, false, 11)] {
      for _ in 0..<times { figures.add(flagged: flagged, poisoned: poisoned) }
    }
    #expect(figures.accuracy == 17.0 / 20)
    #expect(figures.recall == 6.0 / 7)
    #expect(figures.precision == 6.0 / 8)
    #expect(figures.f1 == 12.0 / 15)
  }

  @Test func whatCannotBeToldIsNil() {
    var figures = DetectionFigures()
    #expect(figures.accuracy == nil && figures.recall == nil && figures.precision == nil && figures.f1 == nil)
    figures.add(flagged: false, poisoned: false)
    #expect(figures.accuracy == 1 && figures.recall == nil && figures.precision == nil && figures.f1 == nil)
  }

  private func area(positives: [Float], negatives: [Float]) -> Double? {
    var characteristic = OperatingCharacteristic()
    for score in positives { characteristic.add(score, isPositive: true) }
    for score in negatives { characteristic.add(score, isPositive: false) }
    return characteristic.area
  }

  @Test func theAreaIsTheShareOfPairsInOrder() throws {
    // Of 3 × 2 pairs four are in order and one is a tie.
    let (positives, negatives): ([Float], [Float]) = ([0.9, 0.5, 0.1], [0.3, 0.5])
    #expect(area(positives: positives, negatives: negatives) == 3.5 / 6)
    #expect(area(positives: positives.reversed(), negatives: negatives.reversed()) == 3.5 / 6)
    #expect(area(positives: positives.map(-), negatives: negatives.map(-)) == 2.5 / 6)
    #expect(area(positives: [0, -0.0, 0], negatives: [0, 0]) == 0.5)
    #expect(area(positives: [0, 0, 2], negatives: [0, 0, 1]) == 5.0 / 9)
    #expect(area(positives: [-.infinity, 3, .infinity], negatives: [-4, -3, 1e-30]) == 6.0 / 9)
    #expect(area(positives: [1, 2], negatives: []) == nil)
    #expect(area(positives: [], negatives: []) == nil)
  }

  /// Against every pair of 2,000 scores.
  @Test func binsComeCloseToTheAreaOfEveryPair() throws {
    let scores = (0..<2000).map { (index: Int) -> Float in Float((index * 7919) % 2003) / 50 - 20 }
    let (positives, negatives) = (scores.prefix(900).map { $0 + 3 }, Array(scores.suffix(1100)))
    var pairs = 0.0
    for positive in positives {
      for negative in negatives { pairs += positive > negative ? 1 : positive == negative ? 0.5 : 0 }
    }
    let found = try #require(area(positives: positives, negatives: negatives))
    #expect(abs(found - pairs / (900 * 1100)) < 1e-4)
  }

  /// The bins between 2⁻¹⁰ and 1 are ten times 2¹¹.
  @Test func binsDoNotGrowWithTheNumberOfScores() {
    var characteristic = OperatingCharacteristic()
    for index in 0..<200_000 {
      characteristic.add(max(0x1p-10, Float(index) / 200_000), isPositive: index.isMultiple(of: 3))
    }
    #expect(characteristic.count <= 10 * 2048)
  }
}
