import Testing

@testable import Detection

@Suite struct DetectionReportTests {
  private let marks = (0..<60).map { (record: Int) -> RecordMark in
    let isPredicted = record % 3 == 0
    return RecordMark(
      RecordScore(logOdds: Float(record - 30), label: record % 5, isPredicted: isPredicted), isFlagged: isPredicted)
  }

  /// How many elements a report's own arrays hold.
  private func elements(_ report: DetectionReport) -> Int {
    Mirror(reflecting: report).children.reduce(0) { sum, child in
      let mirror = Mirror(reflecting: child.value)
      return sum + (mirror.displayStyle == .collection ? mirror.children.count : 0)
    }
  }

  @Test func withoutTruthNothingGrowsWithTheStream() {
    var report = DetectionReport(classes: 5)
    for _ in 0..<10 { report.add(marks, poisoned: nil) }
    #expect(elements(report) == 5)
    #expect(report.records == 600 && report.flagged == 200)
    #expect(report.classes.map(\.records) == [Int](repeating: 120, count: 5))
    #expect(report.figures == nil && report.areaUnderCurve == nil)
  }

  @Test func withTruthItsFiguresAreCounted() throws {
    var report = DetectionReport(classes: 5)
    let poisoned: [UInt8] = (0..<60).map { $0 >= 20 ? 1 : 0 }
    for _ in 0..<2 { report.add(marks, poisoned: poisoned) }
    #expect(elements(report) == 5)
    #expect(report.areaUnderCurve == 1)
    let figures = try #require(report.figures)
    #expect(figures.truePositives == 26 && figures.falsePositives == 14)
  }

  @Test func aProbabilityKeepsItsValueAndHasFiniteOdds() {
    for probability in [0, 0.25, 1] {
      let mark = RecordMark(probability: probability, label: 0, isFlagged: true)
      #expect(mark.probability == Float(probability) && mark.logOdds.isFinite && mark.isFlagged)
    }
  }
}
