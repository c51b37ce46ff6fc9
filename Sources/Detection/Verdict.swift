/// Whether a set looks poisoned, told without ground truth.
///
/// A classifier trained on the records as they are is sure of the labels of many, poisoned or not. It no longer knows
/// those of poisoned records once their perturbations are subtracted, and still knows the others: subtraction takes
/// little from pictures that were recognised by what they show. How many it loses of those that it was sure of is the
/// evidence; what it half knew it may lose for any reason.
///
/// Without subtracted records there is a classifier trained on perturbed pictures (`Detector`). Where a part of the set
/// is poisoned its pictures fall into two groups, or at least that classifier's scores do; where all of it is there is
/// nothing to stand apart from.
package struct Verdict: Sendable, Equatable {
  /// What a set looks like.
  package enum Finding: String, Sendable {
    /// Nothing depends on perturbations.
    case clean
    /// A part of it does.
    case poisoned
    /// The classifier is sure of too few records, or of all, or loses a few, so that nothing can be told.
    case undecided
  }

  /// What it looks like.
  package let finding: Finding
  /// The share of records that looks unlearnable, 0 to 1; with subtracted records it is at least this.
  package let share: Double
  /// Two standard errors of the share: of counting so many records, and of those that both groups of scores may hold.
  package let uncertainty: Double
  /// Of the records that the classifier is sure of, the share whose label is still more likely than all others together
  /// after subtraction; nil without subtracted records and where it is sure of none.
  package let retained: Double?
  /// The share of all records that it is sure of before subtraction; nil without subtracted records.
  package let sure: Double?

  /// A set that retains less is poisoned, and one that retains as much as `retainedByClean` is clean. Of 5,000 real
  /// records and D-VAEs of half the published width, clean sets retained 0.990 and 0.995, sets that lsp and ops had poisoned
  /// throughout 0.26 and 0.28. Where a part is poisoned its pictures tell better: one of a fifth (em) retained 0.97.
  package static let retainedByPoisoned = 0.85
  /// What a clean set retains at least.
  package static let retainedByClean = 0.95
  /// The share of records that it must be sure of for a loss to tell anything.
  package static let smallestSure = 0.1

  /// The verdict by subtraction, from what was counted.
  package init(_ counts: SubtractionCounts) {
    let (records, sure, lost) = (max(1, Double(counts.records)), Double(counts.sure), Double(counts.lost))
    self.sure = sure / records
    retained = sure > 0 ? 1 - lost / sure : nil
    finding = sure / records < Self.smallestSure ? .undecided : Self.finding(retained: retained ?? 0)
    share = finding == .poisoned ? lost / records : 0
    uncertainty = Self.countingError(lost / records, of: counts.records)
  }

  /// The verdict by the groups that scores fall into, by a classifier trained on the records with perturbations added.
  package init(_ scores: ScoreGroups) {
    (retained, sure) = (nil, nil)
    share = scores.upperShare
    if scores.cut == nil { finding = share > 0 ? .undecided : .clean } else { finding = .poisoned }
    uncertainty = Self.countingError(share, of: scores.count) + scores.overlap
  }

  /// The verdict by the groups that pictures fall into; nil where those are not distinct.
  package init?(_ pictures: PictureGroups) {
    guard pictures.areDistinct else { return nil }
    (retained, sure, finding, share) = (nil, nil, .poisoned, pictures.upperShare)
    uncertainty = Self.countingError(share, of: pictures.posteriors.count) + pictures.overlap
  }

  private static func finding(retained: Double) -> Finding {
    switch retained {
    case ..<retainedByPoisoned: .poisoned
    case ..<retainedByClean: .undecided
    default: .clean
    }
  }

  private static func countingError(_ share: Double, of records: Int) -> Double {
    let count = Double(max(1, records))
    return 2 * (max(share * (1 - share), 1 / count) / count).squareRoot()
  }
}

/// How many records a classifier is sure of, and of how many of those it no longer knows the label once their
/// perturbations are subtracted.
package struct SubtractionCounts: Sendable, Equatable {
  /// The least logarithm of the odds of a label that it is sure of: a probability of nine tenths.
  private static let sureLogOdds = Float(2.1972246)

  /// All records.
  package private(set) var records = 0
  /// Those that it is sure of.
  package private(set) var sure = 0
  /// Those of them that it loses.
  package private(set) var lost = 0

  /// No record counted.
  package init() {}

  /// Counts a record.
  ///
  /// - Parameters:
  ///   - logOdds: the logarithm of the odds of its label, by a classifier trained on the records as they are.
  ///   - subtracted: by the same classifier that of the same record with its perturbation subtracted.
  package mutating func add(_ logOdds: Float, subtracted: Float) {
    records += 1
    guard logOdds >= Self.sureLogOdds else { return }
    sure += 1
    if !(subtracted > 0) { lost += 1 }
  }
}
