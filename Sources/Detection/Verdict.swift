/// Whether a set looks poisoned, told without ground truth.
///
/// A classifier trained on the records as they are knows the labels of nearly all of them, poisoned or not. It no
/// longer knows those of poisoned records once their perturbations are subtracted, and still knows the others:
/// subtraction takes little from pictures that were recognised by what they show. How many it loses is the evidence.
///
/// Without subtracted records there is a classifier trained on perturbed pictures (`Detection`). Where a part of the set
/// is poisoned its pictures fall into two groups, or at least that classifier's scores do; where all of it is there is
/// nothing to stand apart from.
public struct Verdict: Sendable, Equatable {
  /// What a set looks like.
  public enum Finding: String, Sendable {
    /// Nothing depends on perturbations.
    case clean
    /// A part of it does.
    case poisoned
    /// The classifier knows too few records, or all, or loses a few without perturbations, so that nothing can be told.
    case undecided
  }

  /// What it looks like.
  public let finding: Finding
  /// The share of records that looks unlearnable, 0 to 1; with subtracted records it is at least this.
  public let share: Double
  /// Two standard errors of the share: of counting so many records, and of those that both groups of scores may hold.
  public let uncertainty: Double
  /// Of the records whose label has a probability above one half, as many as still have after subtraction, as a share;
  /// nil without subtracted records and where there are none.
  public let retained: Double?
  /// The share of all records that are those before subtraction; nil without subtracted records.
  public let known: Double?

  /// A set that retains less is poisoned, and one that retains as much as `retainedByClean` is clean. Between them lie
  /// clean pictures that the D-VAE blurs as well as small sets whose poison it has learnt badly: of 5,000 real records
  /// and a D-VAE of half the published width a clean set retained 0.929, one poisoned by 40 % 0.895.
  public static let retainedByPoisoned = 0.85
  /// What a clean set retains at least.
  public static let retainedByClean = 0.91
  /// The share of records that must be known before subtraction for a loss to tell anything.
  public static let smallestKnown = 0.3

  /// The verdict by subtraction.
  ///
  /// - Parameters:
  ///   - logOdds: the logarithms of the odds of each record's own label, by a classifier trained on these records.
  ///   - subtracted: by the same classifier those of the records with their perturbations subtracted.
  public init(_ logOdds: [Float], subtracted: [Float]) {
    let (known, left) = (Self.known(logOdds), Self.known(subtracted))
    let lost = max(0, known - left)
    self.known = known
    retained = known > 0 ? min(1, left / known) : nil
    finding = known < Self.smallestKnown ? .undecided : Self.finding(retained: retained ?? 0)
    share = finding == .poisoned ? lost : 0
    uncertainty = Self.countingError(lost, of: logOdds.count)
  }

  /// The verdict by the groups that scores fall into.
  ///
  /// - Parameter logOdds: the logarithms of the odds of each record's own label, by a classifier trained on the records
  ///   with perturbations added.
  public init(_ logOdds: [Float]) {
    let groups = ScoreGroups(logOdds)
    (retained, known) = (nil, nil)
    share = groups.upperShare
    if groups.cut == nil { finding = share > 0 ? .undecided : .clean } else { finding = .poisoned }
    uncertainty = Self.countingError(share, of: logOdds.count) + Self.overlap(logOdds, groups)
  }

  /// The verdict by the groups that pictures fall into; nil where those are not distinct.
  public init?(_ pictures: PictureGroups) {
    guard pictures.areDistinct else { return nil }
    (retained, known, finding, share) = (nil, nil, .poisoned, pictures.upperShare)
    uncertainty = Self.countingError(share, of: pictures.chances.count) + pictures.overlap
  }

  private static func finding(retained: Double) -> Finding {
    switch retained {
    case ..<retainedByPoisoned: .poisoned
    case ..<retainedByClean: .undecided
    default: .clean
    }
  }

  /// The share of records whose label is more likely than all others together.
  private static func known(_ logOdds: [Float]) -> Double {
    logOdds.isEmpty ? 0 : Double(logOdds.count { $0 > 0 }) / Double(logOdds.count)
  }

  private static func countingError(_ share: Double, of records: Int) -> Double {
    let count = Double(max(1, records))
    return 2 * (max(share * (1 - share), 1 / count) / count).squareRoot()
  }

  /// The share of records that are expected in the wrong group.
  private static func overlap(_ logOdds: [Float], _ groups: ScoreGroups) -> Double {
    guard groups.cut != nil, let mixture = groups.mixture, !logOdds.isEmpty else { return 0 }
    // Summed in sorted order, so that the order of the records does not matter.
    let mistaken = logOdds.sorted().reduce(0) { sum, score in
      let upper = mixture.chanceOfUpper(Double(score))
      return sum + min(upper, 1 - upper)
    }
    return mistaken / Double(logOdds.count)
  }
}
