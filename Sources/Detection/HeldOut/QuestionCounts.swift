import Glibc

/// What a classifier makes of held-out records once something is taken from them, against what it made of them before.
package struct QuestionCounts: Sendable, Equatable {
  /// The least logarithm of the odds of a label that a classifier is sure of: a probability of nine tenths.
  static let sureLogOdds = Float(2.1972246)

  /// All records.
  package private(set) var records = 0
  /// Those of which it was sure.
  package private(set) var sure = 0
  /// Those whose label is still its prediction.
  package private(set) var known = 0
  /// Those that it was sure of and whose label is now less likely than all others together.
  package private(set) var lost = 0
  /// By label, for which class it takes the records that are lost.
  private var answers: [[Int]]

  /// No record counted.
  init(classes: Int) { answers = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes) }

  /// Counts a record by its scores before and after.
  mutating func add(_ before: RecordScore, _ after: RecordScore) {
    records += 1
    if after.isPredicted { known += 1 }
    guard before.logOdds >= Self.sureLogOdds else { return }
    sure += 1
    guard !(after.logOdds > 0) else { return }
    lost += 1
    answers[after.label][after.prediction] += 1
  }

  /// The share of all records that are lost, 0 to 1.
  package var lostShare: Double { Double(lost) / Double(max(1, records)) }
  /// Where that share lies, by Wilson's interval of two standard errors.
  package var lostInterval: ClosedRange<Double> { Self.interval(lost, of: records) }

  /// Where the share of lost records among those that it was sure of lies, likewise; 0 to 1 where it was sure of none.
  package var lostOfSureInterval: ClosedRange<Double> { Self.interval(lost, of: sure) }

  /// The share of lost records that are taken for the other class that their own class is mostly taken for, 0 to 1, where
  /// different classes are taken for different ones; nil where they are not, or too few are lost.
  ///
  /// An attack that moves features to another class leaves pictures that pass for that class: their answers err into one
  /// fixed class a class. Without a mark that it relied on a classifier errs anyhow, or takes everything for one class.
  package var fixedAnswers: Double? {
    let wrong = answers.enumerated().map { label, counts in
      counts.enumerated().filter { $0.offset != label }.max { ($0.element, $1.offset) < ($1.element, $0.offset) }
    }
    let total = answers.enumerated().reduce(0) { sum, row in
      sum + row.element.enumerated().reduce(0) { $0 + ($1.offset == row.offset ? 0 : $1.element) }
    }
    let most = wrong.compactMap { $0 }.filter { $0.element > 0 }
    guard total >= 20, 3 * Set(most.map(\.offset)).count > 2 * most.count else { return nil }
    return Double(most.reduce(0) { $0 + $1.element }) / Double(total)
  }

  /// Where a share lies of which `count` of `records` were counted: Wilson's interval of two standard errors.
  static func interval(_ count: Int, of records: Int) -> ClosedRange<Double> {
    guard records > 0 else { return 0...1 }
    let (n, share, z) = (Double(records), Double(count) / Double(records), 2.0)
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, centre - half)...min(1, centre + half)
  }
}
