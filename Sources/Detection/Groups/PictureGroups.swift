/// Two groups of records that their pictures fall into: in every class those that bear its perturbation, and the others.
public struct PictureGroups: Sendable, Equatable {
  /// What tells the groups apart.
  public let view: PictureView
  /// How far they lie apart: of all classes' distances (Ashman's D: between the means of the scores, over the root mean
  /// square of their deviations) the median.
  public let distance: Double
  /// The chance of each record to be of the upper group, 0 to 1, in the order of the records.
  public let chances: [Double]

  /// By how much more often the upper group's labels were known to the classifier than the lower's of the same class, −1
  /// to 1. A class that was not told apart counts as one without an advantage.
  public let advantage: Double
  /// The standard error of that.
  public let advantageError: Double

  /// What `distance` must be at least for the groups to count as two. Pictures have halves of their own: those of CIFAR-10
  /// lie at 2, of drawn shapes, some with more noise than others, at 3.6, of a few hundred pictures of noise at 4.4; those
  /// of sets that lsp or em poisoned in part lie at 11 to 17.
  public static let smallestDistance = 5.0
  /// What `advantage` must be at least: pictures have groups of their own, but a classifier that has learnt
  /// perturbations knows those that bear them.
  public static let smallestAdvantage = 0.1

  /// The groups of records whose chances to be of the upper one are given.
  ///
  /// - Parameters:
  ///   - known: which records' labels the classifier knows; nil for those of classes that were not told apart.
  ///   - labels: the records' classes, 0 and up. Precondition: there are as many of all three.
  init(view: PictureView, distance: Double, chances: [Double], known: [Bool?], labels: [Int]) {
    precondition(chances.count == known.count && known.count == labels.count, "records of several numbers")
    (self.view, self.distance, self.chances) = (view, distance, chances)
    // Of each class and group how many records there are, and how many are known.
    var counts = [[(all: Double, known: Double)]](repeating: [(0, 0), (0, 0)], count: (labels.max() ?? -1) + 1)
    for (record, label) in labels.enumerated() {
      guard let isKnown = known[record] else { continue }
      let group = chances[record] >= 0.5 ? 1 : 0
      counts[label][group].all += 1
      counts[label][group].known += isKnown ? 1 : 0
    }
    var (advantage, variance) = (0.0, 0.0)
    for groups in counts where min(groups[0].all, groups[1].all) > 0 {
      let share = (groups[0].all + groups[1].all) / Double(labels.count)
      let rates = groups.map { $0.known / $0.all }
      advantage += share * (rates[1] - rates[0])
      variance += share * share * zip(rates, groups).reduce(0) { $0 + $1.0 * (1 - $1.0) / $1.1.all }
    }
    (self.advantage, advantageError) = (advantage, variance.squareRoot())
  }

  /// Whether they count as two groups, of which the upper is the perturbed one.
  public var areDistinct: Bool {
    distance >= Self.smallestDistance && advantage >= max(Self.smallestAdvantage, 2 * advantageError)
      && min(upperShare, 1 - upperShare) >= ScoreGroups.smallestShare
  }

  /// The share of records in the upper group, 0 to 1.
  public var upperShare: Double { chances.isEmpty ? 0 : chances.reduce(0, +) / Double(chances.count) }

  /// The share of records that are expected in the wrong group, 0 to 1.
  public var overlap: Double {
    chances.isEmpty ? 0 : chances.reduce(0) { $0 + min($1, 1 - $1) } / Double(chances.count)
  }
}
