/// How often a classifier takes a picture for the class of another one whose detail it was given, and how often it did
/// before.
package struct SwapCounts: Sendable, Equatable {
  /// Pictures that were given detail.
  package private(set) var records = 0
  /// Those taken for the class that the detail comes from.
  package private(set) var followed = 0
  /// Those taken for that class before, without any detail.
  package private(set) var before = 0
  /// Those of which only one of both holds.
  private var changed = 0

  /// No picture counted.
  init() {}

  /// Counts a picture: whether it is taken for the class that the detail comes from, and whether it was before.
  mutating func add(follows: Bool, before wasTaken: Bool) {
    records += 1
    if follows { followed += 1 }
    if wasTaken { before += 1 }
    if follows != wasTaken { changed += 1 }
  }

  /// The share of pictures that follow the detail, less the share that lay there before, −1 to 1: about the share of records
  /// that bear a shortcut, and 0 where detail tells nothing of a class.
  package var pull: Double { Double(followed - before) / Double(max(1, records)) }

  /// Where the pull lies, by two standard errors of a difference of paired shares, with a record more that has changed, so
  /// that few records are never certain.
  package var interval: ClosedRange<Double> {
    guard records > 0 else { return -1...1 }
    let count = Double(records)
    let half = 2 * ((Double(changed + 1) / count - pull * pull + 1 / count).squareRoot() / count.squareRoot())
    return max(-1, pull - half)...min(1, pull + half)
  }
}

/// What a classifier that was sure of records makes of them through a filter, which drops detail that is hardly seen.
package struct LossCounts: Sendable, Equatable {
  /// The least logarithm of the odds of a label that a classifier is sure of: a probability of nine tenths.
  static let sureLogOdds = Float(2.1972246)

  /// Records whose label it was sure of.
  package private(set) var sure = 0
  /// Those whose label is now less likely than all others together.
  package private(set) var lost = 0
  /// By label, for which class it takes the records that are lost.
  private var answers: [[Int]]

  /// No record counted.
  init(classes: Int) { answers = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes) }

  /// Counts a record by its scores before and after.
  mutating func add(_ before: RecordScore, _ after: RecordScore) {
    guard before.logOdds >= Self.sureLogOdds else { return }
    sure += 1
    // What is no number is lost too.
    guard !(after.logOdds > 0) else { return }
    lost += 1
    answers[before.label][after.prediction] += 1
  }

  /// The share of what it was sure of that is lost, 0 to 1.
  package var share: Double { Double(lost) / Double(max(1, sure)) }

  /// Where that share lies: Wilson's interval of two standard errors; 0 to 1 where it was sure of none.
  package var interval: ClosedRange<Double> {
    guard sure > 0 else { return 0...1 }
    let (n, z) = (Double(sure), 2.0)
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, centre - half)...min(1, centre + half)
  }

  /// The share of lost records that are taken for the other class that their own class is mostly taken for, 0 to 1, where
  /// different classes are taken for different ones; nil where they are not, or fewer than twenty are lost.
  ///
  /// An attack that moves features to another class leaves pictures that pass for that class: their answers err into one
  /// fixed class a class. Without a mark that it relied on a classifier errs anyhow, or takes everything for one class.
  package var fixedAnswers: Double? {
    let others = answers.enumerated().map { label, counts in counts.enumerated().filter { $0.offset != label } }
    let most = others.compactMap { $0.max { ($0.element, $1.offset) < ($1.element, $0.offset) } }.filter {
      $0.element > 0
    }
    let total = others.joined().reduce(0) { $0 + $1.element }
    guard total >= 20, 3 * Set(most.map(\.offset)).count > 2 * most.count else { return nil }
    return Double(most.reduce(0) { $0 + $1.element }) / Double(total)
  }
}
