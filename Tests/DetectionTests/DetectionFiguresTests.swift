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
    let scores: [(value: Float, isPositive: Bool)] = [
      (0.9, true), (0.3, false), (0.5, true), (0.5, false), (0.1, true),
    ]
    #expect(receiverOperatingArea(scores) == 3.5 / 6)
    #expect(receiverOperatingArea(scores.reversed()) == 3.5 / 6)
    #expect(receiverOperatingArea(scores.map { (-$0.value, $0.isPositive) }) == 2.5 / 6)
    #expect(receiverOperatingArea(scores.map { (0, $0.isPositive) }) == 0.5)
    #expect(receiverOperatingArea([(1, true), (2, true)]) == nil)
    #expect(receiverOperatingArea([]) == nil)
  }
}
