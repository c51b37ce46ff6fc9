/// Whether a set looks poisoned, told without ground truth.
///
/// A poisoned set has a group of records whose labels the classifier is sure of, and it loses them when their perturbations
/// are subtracted. A classifier that knows pictures by what they show is as sure of them without: such a set is clean,
/// although the published rule flags every record that it recognises.
public struct Verdict: Sendable, Equatable {
  /// What a set looks like.
  public enum Finding: String, Sendable {
    /// No group depends on perturbations.
    case clean
    /// A group does.
    case poisoned
    /// One group of high scores, and no control that tells whether perturbations or pictures were recognised.
    case undecided
  }

  /// What it looks like.
  public let finding: Finding
  /// The share of records that looks unlearnable, 0 to 1.
  public let share: Double
  /// Two standard errors of the share: of counting so many records, and of those that both groups may hold.
  public let uncertainty: Double
  /// The share of the upper group that is still in it when perturbations are subtracted; nil without a control and where
  /// there is no upper group.
  public let retained: Double?

  /// Of the upper group, the share that subtraction must take from it for a poison: more than half.
  public static let largestRetained = 0.5

  /// The verdict on a set.
  ///
  /// - Parameters:
  ///   - logOdds: the logarithms of the odds of each record's own label.
  ///   - control: those of the same records with perturbations subtracted; nil where nobody made them.
  public init(_ logOdds: [Float], control: [Float]?) {
    let groups = ScoreGroups(logOdds)
    let upper = Self.upperShare(logOdds, groups)
    retained = upper > 0 ? control.map { min(1, Self.upperShare($0, groups) / upper) } : nil
    if upper == 0 {
      finding = .clean
    } else if let retained {
      finding = retained < Self.largestRetained ? .poisoned : .clean
    } else {
      finding = groups.cut == nil ? .undecided : .poisoned
    }
    share = finding == .clean ? 0 : upper
    uncertainty = Self.uncertainty(of: share, logOdds, groups)
  }

  private static func upperShare(_ logOdds: [Float], _ groups: ScoreGroups) -> Double {
    // One group is above or below as a whole: its members then count by the side of certainty that they lie on.
    guard groups.cut != nil || groups.mean > 0 else { return 0 }
    let cut = groups.cut ?? 0
    return logOdds.isEmpty ? 0 : Double(logOdds.count { Double($0) >= cut }) / Double(logOdds.count)
  }

  private static func uncertainty(of share: Double, _ logOdds: [Float], _ groups: ScoreGroups) -> Double {
    guard !logOdds.isEmpty else { return 1 }
    let count = Double(logOdds.count)
    let counting = 2 * (max(share * (1 - share), 1 / count) / count).squareRoot()
    guard groups.cut != nil, let mixture = groups.mixture else { return counting }
    let mistaken = logOdds.sorted().reduce(0) { sum, score in
      let upper = mixture.chanceOfUpper(Double(score))
      return sum + min(upper, 1 - upper)
    }
    return counting + mistaken / count
  }
}
