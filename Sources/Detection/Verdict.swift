/// Whether a set looks poisoned, told without ground truth.
///
/// Where a part of the set is poisoned its pictures fall into two groups, or at least the scores do of a classifier trained
/// on perturbed pictures (`Detector`). Whether the whole or a part is, a classifier of the set tells by what pictures of other
/// classes that are given a record's detail are taken for (`DetailSwap`).
package struct Verdict: Sendable {
  /// What a set looks like.
  package enum Finding: String, Sendable {
    /// Nothing depends on perturbations.
    case clean
    /// A part of it does.
    case poisoned
    /// It cannot be told.
    case undecided
  }

  /// What it looks like.
  package let finding: Finding
  /// The share of records that looks unlearnable, 0 to 1; by detail about this.
  package let share: Double
  /// Two standard errors of the share: of counting so many records, and of those that both groups of scores may hold.
  package let uncertainty: Double
  /// What a classifier made of swapped detail; nil where groups told.
  package let evidence: SwapEvidence?

  /// The verdict by the pull of swapped detail.
  package init(_ evidence: SwapEvidence) {
    (finding, self.evidence) = (evidence.finding, evidence)
    (share, uncertainty) = evidence.share
  }

  /// The verdict by the groups that scores fall into, by a classifier trained on the records with perturbations added.
  package init(_ scores: ScoreGroups) {
    evidence = nil
    share = scores.upperShare
    if scores.cut == nil { finding = share > 0 ? .undecided : .clean } else { finding = .poisoned }
    uncertainty = Self.countingError(share, of: scores.count) + scores.overlap
  }

  /// The verdict by the groups that pictures fall into; nil where those are not distinct.
  package init?(_ pictures: PictureGroups) {
    guard pictures.areDistinct else { return nil }
    (evidence, finding, share) = (nil, .poisoned, pictures.upperShare)
    uncertainty = Self.countingError(share, of: pictures.posteriors.count) + pictures.overlap
  }

  /// The share of records that bear a shortcut at least, 0 to 1: the lower end of a pull's interval, and 0 by anything else.
  package var leastShare: Double {
    guard case .pull? = evidence?.mark else { return 0 }
    return max(0, share - uncertainty)
  }

  private static func countingError(_ share: Double, of records: Int) -> Double {
    let count = Double(max(1, records))
    return 2 * (max(share * (1 - share), 1 / count) / count).squareRoot()
  }
}
