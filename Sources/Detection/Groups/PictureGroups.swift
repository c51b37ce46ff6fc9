/// Two groups of records that their pictures fall into: in every class those that bear its perturbation, and the others.
package struct PictureGroups: Sendable, Equatable {
  /// What tells the groups apart.
  package let view: FeatureView
  /// How far they lie apart: of all classes' distances (Ashman's D: between the means of the scores, over the root mean
  /// square of their deviations) the median.
  package let distance: Double
  /// The posterior of each record, the probability that it is of the upper group, 0 to 1, in the order of the records; nil
  /// for those of a class that is one group, or whose groups the classifier knows alike: it may bear the perturbation
  /// throughout or not at all, which its pictures cannot tell.
  package let posteriors: [Double?]
  /// By how much more often the upper group's labels were known to the classifier than the lower's of the same class, −1
  /// to 1, before classes that came out the wrong way round are turned. A class that was not told apart counts as one
  /// without an advantage.
  package let advantage: Double
  /// The standard error of that.
  package let advantageError: Double
  /// Whether in more than half of the classes the other classes' records tell which group is the clean one.
  package let areTurned: Bool
  /// The share of records in the upper group, 0 to 1. Of a class that is one group none counts.
  package let upperShare: Double
  /// The share of records that are expected in the wrong group, 0 to 1; of a class that is one group the fewer of those
  /// whose label is known and those whose is not.
  package let overlap: Double
  /// The share of records in upper groups that are expected to belong there, 0 to 1; 1 where there are none.
  package let expectedPrecision: Double

  /// What `distance` must be at least for the groups to count as two, and a class's own for that class. Pictures have
  /// halves of their own: those of CIFAR-10 lie at 2, of drawn shapes, some with more noise than others, at 3.6, of a few
  /// hundred pictures of noise at 4.4; those of sets that lsp or em poisoned in part lie at 14 to 20.
  package static let smallestDistance = 5.0
  /// What `advantage` must be at least: pictures have groups of their own, but a classifier that has learnt
  /// perturbations knows those that bear them. Groups that the other classes turn (`GroupDiscriminant.sideOfOthers`) do not
  /// need it.
  package static let smallestAdvantage = 0.1

  /// The groups of records whose posteriors are given.
  ///
  /// - Parameters:
  ///   - distances: how far the groups of each class lie apart; nil for a class that was not told apart.
  ///   - turned: the classes whose upper group is the perturbed one by the other classes' records.
  ///   - aligned: the classes whose groups differ in the same way, whose advantage is one.
  ///   - known: which records' labels the classifier knows.
  ///   - labels: the records' classes, 0 and up, each less than the number of distances. Precondition: there are as many
  ///     as posteriors and as `known`.
  init(
    view: FeatureView, distances: [Double?], posteriors: [Double], turned: Set<Int> = [], aligned: Set<Int> = [],
    known: [Bool], labels: [Int]
  ) {
    precondition(posteriors.count == known.count && known.count == labels.count, "records of several numbers")
    var classes = [ClassGroups](repeating: ClassGroups(), count: distances.count)
    for (record, label) in labels.enumerated() {
      classes[label].add(isUpper: posteriors[record] >= 0.5, isKnown: known[record])
    }
    let sorted = distances.map { $0 ?? 0 }.sorted()
    let count = max(1, Double(labels.count))
    var (advantage, variance) = (0.0, 0.0)
    for (groups, distance) in zip(classes, distances) where distance != nil {
      let share = groups.count / count
      advantage += share * (groups.advantage ?? 0)
      variance += share * share * groups.advantageVariance
    }
    self.view = view
    self.distance = sorted.isEmpty ? 0 : sorted[(sorted.count - 1) / 2]
    (self.advantage, advantageError) = (advantage, variance.squareRoot())
    areTurned = 2 * turned.count > distances.count
    var together = ClassGroups()
    for label in aligned.sorted() { together.add(classes[label]) }
    let asked = classes.indices.map { aligned.contains($0) ? together : classes[$0] }
    let isApart = distances.indices.map { label in
      distances[label] ?? 0 >= Self.smallestDistance && (turned.contains(label) || asked[label].isConfirmed)
    }
    let found = labels.indices.map { record -> Double? in
      guard isApart[labels[record]] else { return nil }
      let isReversed = asked[labels[record]].isReversed && !turned.contains(labels[record])
      return isReversed ? 1 - posteriors[record] : posteriors[record]
    }
    let mistaken = found.reduce(0) { $0 + ($1.map { min($0, 1 - $0) } ?? 0) }
    let unsure = zip(classes, isApart).reduce(0) { $0 + ($1.1 ? 0 : $1.0.fewer) }
    self.posteriors = found
    expectedPrecision = Self.mean(found.compactMap { $0 }.filter { $0 >= 0.5 })
    upperShare = found.reduce(0) { $0 + ($1 ?? 0) } / count
    overlap = (mistaken + unsure) / count
  }

  /// The share of records that the upper group holds at least, 0 to 1, where that is known from elsewhere: pictures of a set
  /// that is poisoned throughout have groups of their own, of which one may look perturbed.
  package var leastShare = 0.0

  /// The least precision that flags by groups are expected to reach.
  package static let leastPrecision = 0.8

  /// Whether they count as two groups, of which the upper is the perturbed one.
  package var areDistinct: Bool {
    expectedPrecision >= Self.leastPrecision && distance >= Self.smallestDistance
      && (areTurned || advantage >= max(Self.smallestAdvantage, 2 * advantageError))
      && min(upperShare, 1 - upperShare) >= ScoreGroups.smallestShare && upperShare >= leastShare
  }

  /// Summed in sorted order, so that the order of the records does not matter; 1 of none.
  static func mean(_ posteriors: [Double]) -> Double {
    posteriors.isEmpty ? 1 : posteriors.sorted().reduce(0, +) / Double(posteriors.count)
  }
}
