import Detection
import Testing

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

  @Test func theAreaIsTheShareOfPairsInOrder() throws {
    // Of 3 × 2 pairs four are in order and one is a tie.
    let (positives, negatives): ([Float], [Float]) = ([0.9, 0.5, 0.1], [0.3, 0.5])
    #expect(receiverOperatingArea(positives: positives, negatives: negatives) == 3.5 / 6)
    #expect(receiverOperatingArea(positives: positives.reversed(), negatives: negatives.reversed()) == 3.5 / 6)
    #expect(receiverOperatingArea(positives: positives.map(-), negatives: negatives.map(-)) == 2.5 / 6)
    #expect(receiverOperatingArea(positives: [0, 0, 0], negatives: [0, 0]) == 0.5)
    #expect(receiverOperatingArea(positives: [0, 0, 2], negatives: [0, 0, 1]) == 5.0 / 9)
    #expect(receiverOperatingArea(positives: [1, 2], negatives: []) == nil)
    #expect(receiverOperatingArea(positives: [], negatives: []) == nil)
  }
}
