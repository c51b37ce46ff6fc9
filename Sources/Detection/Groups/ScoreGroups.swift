/// The groups that scores fall into: two, with a cut between them, or one.
///
/// Records that carry what the classifier has learnt score high, all others low. The scores are taken as logarithms of
/// odds, in which both groups are about normal, while probabilities crowd at 0 and 1. Two normal distributions fit any
/// scores better than one; they count as two groups only where there is a valley between them.
package struct ScoreGroups: Sendable, Equatable {
  /// The share of all records that the smaller group has at least.
  package static let smallestShare = 0.005
  /// How far apart two groups lie at least: the difference of their means over the root mean square of their deviations
  /// (Ashman's D). From 2 on two equal groups show two peaks; halves of a single group reach 3 where it is flat.
  package static let smallestDistance = 3.5

  /// The fitted distributions; nil where there are too few records, or all score the same.
  package let mixture: GaussianMixture?
  /// The score between the two groups, as a logarithm of odds; nil where there is one group.
  package let cut: Double?
  /// The mean of all scores; 0 without records.
  package let mean: Double
  /// How many records there are.
  package let count: Int
  /// The share of records that are expected in the wrong group, 0 to 1; 0 where there is one.
  package let overlap: Double
  /// The groups of the scores, which are logarithms of odds.
  package init(_ logOdds: [Float]) {
    // Summed in sorted order, so that the order of the records does not matter.
    let sorted = logOdds.sorted()
    count = sorted.count
    mean = sorted.isEmpty ? 0 : sorted.reduce(0) { $0 + Double($1) } / Double(sorted.count)
    mixture = GaussianMixture(fitting: logOdds)
    cut = mixture.flatMap { mixture in
      Self.cut(mixture).flatMap { cut in
        let upper = sorted.map(Double.init).filter { $0 >= cut }.map(mixture.posterior)
        return PictureGroups.mean(upper) >= PictureGroups.leastPrecision ? cut : nil
      }
    }
    overlap = cut == nil ? 0 : mixture.map { Self.overlap(sorted, $0) } ?? 0
  }

  /// Whether a score lies in the upper group. One group alone is the upper one where it lies on the side of certainty.
  package func isUpper(_ logOdds: Float) -> Bool {
    cut.map { Double(logOdds) >= $0 } ?? (mean > 0)
  }

  /// The share of records in the upper group, 0 to 1, as the mixture tells it.
  package var upperShare: Double {
    guard cut != nil, let mixture else { return mean > 0 ? 1 : 0 }
    return mixture.upper.weight
  }

  private static func overlap(_ sorted: [Float], _ mixture: GaussianMixture) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let mistaken = sorted.reduce(0) { sum, score in
      let posterior = mixture.posterior(Double(score))
      return sum + min(posterior, 1 - posterior)
    }
    return mistaken / Double(sorted.count)
  }

  private static func cut(_ mixture: GaussianMixture) -> Double? {
    let (lower, upper) = (mixture.lower, mixture.upper)
    guard min(lower.weight, upper.weight) >= smallestShare, mixture.distance >= smallestDistance,
      mixture.posterior(lower.mean) < 0.5, mixture.posterior(upper.mean) > 0.5
    else { return nil }
    // Between the means the upper group's share only grows, so that halving finds where it is one half.
    var (low, high) = (lower.mean, upper.mean)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if mixture.posterior(middle) < 0.5 { low = middle } else { high = middle }
    }
    return high
  }
}
