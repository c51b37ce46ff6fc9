/// Two groups of records that their pictures fall into: in every class those that bear its perturbation, and the others.
public struct PictureGroups: Sendable, Equatable {
  /// What tells the groups apart.
  public let view: PictureView
  /// How far they lie apart: of all classes' distances (Ashman's D: between the means of the scores, over the root mean
  /// square of their deviations) the median.
  public let distance: Double
  /// The chance of each record to be of the upper group, 0 to 1, in the order of the records.
  public let chances: [Double]

  /// By how much more often the upper group's labels were known to the classifier than the lower's, −1 to 1.
  public let advantage: Double

  /// What `distance` must be at least for the groups to count as two. Pictures have halves of their own: those of CIFAR-10
  /// lie at 2, of drawn shapes, some with more noise than others, at 3.6, of a few hundred pictures of noise at 4.4; those
  /// of sets that lsp or em poisoned in part lie at 11 to 17.
  public static let smallestDistance = 5.0
  /// What `advantage` must be at least: pictures have groups of their own, but a classifier that has learnt
  /// perturbations knows those that bear them.
  public static let smallestAdvantage = 0.1

  /// The groups of records whose chances to be of the upper one are given.
  ///
  /// - Parameter known: which records' labels the classifier knows. Precondition: there are as many as chances.
  init(view: PictureView, distance: Double, chances: [Double], known: [Bool]) {
    precondition(chances.count == known.count, "\(known.count) predictions for \(chances.count) records")
    (self.view, self.distance, self.chances) = (view, distance, chances)
    var (all, right) = ([0.0, 0.0], [0.0, 0.0])
    for (chance, isKnown) in zip(chances, known) {
      let group = chance >= 0.5 ? 1 : 0
      all[group] += 1
      if isKnown { right[group] += 1 }
    }
    advantage = min(all[0], all[1]) > 0 ? right[1] / all[1] - right[0] / all[0] : 0
  }

  /// Whether they count as two groups, of which the upper is the perturbed one.
  public var areDistinct: Bool { distance >= Self.smallestDistance && advantage >= Self.smallestAdvantage }

  /// The share of records in the upper group, 0 to 1.
  public var upperShare: Double { chances.isEmpty ? 0 : chances.reduce(0, +) / Double(chances.count) }

  /// The share of records that are expected in the wrong group, 0 to 1.
  public var overlap: Double {
    chances.isEmpty ? 0 : chances.reduce(0) { $0 + min($1, 1 - $1) } / Double(chances.count)
  }
}
