/// What a classifier makes of records whose detail is swapped or dropped, and what that tells of the set.
package struct SwapEvidence: Sendable {
  /// Which records the classifier is asked about.
  package enum Source: Sendable {
    /// Others of the set than it was trained on.
    case heldOut
    /// Those that it was trained on, cropped and mirrored, so that it has learnt what they have in common and few by heart.
    case learnt
  }

  /// What tells of a poison.
  package enum Mark: Sendable, Equatable {
    /// Pictures follow this detail of others.
    case pull(Detail)
    /// Records are lost through JPEG 30, and some detail is followed.
    case loss
    /// Records are lost by eight levels of what JPEG 30 changes.
    case slightLoss
  }

  /// Why it cannot be told.
  package enum Doubt: Sendable, Equatable {
    /// There are too few records.
    case fewRecords
    /// The classifier knows so small a share of them that it may have learnt nothing at all.
    case unknown(Double)
    /// More than of clean sets, and less than of poisoned ones.
    case between(Mark)
  }

  /// What tells clean sets from poisoned ones (Tests/README.md has what it rests on).
  package enum Limits {
    /// The fewest records.
    package static let fewestRecords = 100
    /// By how much the share of known records exceeds that of guessing at least.
    package static let leastAboveChance = 0.1
    /// The pull that a clean set stays below under a kind of detail, its interval included.
    package static func cleanPull(_ detail: Detail, _ source: Source) -> Double {
      isLearntByHeart(detail, source) ? 0.065 : 0.05
    }
    /// The pull that a poisoned set exceeds under one of them, its interval included.
    package static func poisonedPull(_ detail: Detail, _ source: Source) -> Double {
      isLearntByHeart(detail, source) ? 0.05 : 0.03
    }
    /// What is learnt by heart of a clean record lies in the noise that a median takes, and little in other detail.
    private static func isLearntByHeart(_ detail: Detail, _ source: Source) -> Bool {
      source == .learnt && detail == .median
    }
    /// The shares that are lost of what the classifier was sure of, and the pulls of some detail beside them, their intervals
    /// included: a clean set stays below one of both, a poisoned one exceeds both. Flat pictures, of which JPEG leaves stripes,
    /// may lose much and follow nothing.
    package static let cleanLoss = (share: 0.38, pull: 0.01)
    /// See `cleanLoss`.
    package static let poisonedLoss = (share: 0.4, pull: 0.02)
    /// The share that is lost by eight levels: more than a clean set's, and less than a poisoned one's.
    package static let slightLoss = 0.5
  }

  /// Which records the classifier was asked about.
  package let source: Source

  /// The classes of the set.
  package let classes: Int
  /// All records.
  package private(set) var records = 0
  /// Those whose label the classifier predicts.
  package private(set) var known = 0
  /// How often pictures follow detail, by its kind, in the order of `Detail.allCases`.
  package private(set) var swaps = Detail.allCases.map { (detail: $0, counts: SwapCounts()) }
  /// What is lost through JPEG 30.
  package private(set) var loss: LossCounts
  /// What is lost where JPEG 30 changes every sample by at most eight levels, which leaves edges and their surroundings.
  package private(set) var slightLoss: LossCounts

  init(classes: Int, of source: Source = .heldOut) {
    (self.classes, self.source) = (classes, source)
    (loss, slightLoss) = (LossCounts(classes: classes), LossCounts(classes: classes))
  }

  /// Counts records by their scores as they are, through JPEG 30, and changed by it slightly. Precondition: as many of each.
  mutating func add(_ before: [RecordScore], dropped: [RecordScore], slightly: [RecordScore]) {
    records += before.count
    known += before.count { $0.isPredicted }
    for (row, score) in before.enumerated() {
      loss.add(score, dropped[row])
      slightLoss.add(score, slightly[row])
    }
  }

  /// Counts pictures that were given detail: whether they follow it, and whether they lay there before.
  mutating func add(_ answers: [(follows: Bool, before: Bool)], to detail: Detail) {
    for index in swaps.indices where swaps[index].detail == detail {
      for answer in answers { swaps[index].counts.add(follows: answer.follows, before: answer.before) }
    }
  }

  /// The share of records that the classifier knows, 0 to 1.
  package var knownShare: Double { Double(known) / Double(max(1, records)) }
  /// The least such share that tells anything: a tenth of all above guessing.
  package var leastKnown: Double { 1 / Double(classes) + Limits.leastAboveChance }
  /// The detail with the most pull.
  package var strongest: Detail { Detail.allCases.max { pull($0) < pull($1) } ?? .jpeg }

  /// The pull of a kind of detail.
  package func pull(_ detail: Detail) -> Double { counts(detail).pull }

  /// How often pictures follow a kind of detail.
  package func counts(_ detail: Detail) -> SwapCounts {
    swaps.first { $0.detail == detail }?.counts ?? SwapCounts()
  }

  /// What tells of a poison: of detail beyond the limit that with the most pull, or else what is lost; nil where nothing does.
  package var mark: Mark? {
    if let detail = strongest(where: { $1.lowerBound > Limits.poisonedPull($0, source) }) { return .pull(detail) }
    if slightLoss.interval.lowerBound > Limits.slightLoss { return .slightLoss }
    return loss.interval.lowerBound > Limits.poisonedLoss.share && pulls(Limits.poisonedLoss.pull) ? .loss : nil
  }

  /// Why a set without such a mark cannot be called clean; nil where it can.
  package var doubt: Doubt? {
    guard records >= Limits.fewestRecords else { return .fewRecords }
    guard knownShare >= leastKnown else { return .unknown(knownShare) }
    if let detail = strongest(where: { $1.upperBound > Limits.cleanPull($0, source) }) {
      return .between(.pull(detail))
    }
    if slightLoss.interval.upperBound > Limits.slightLoss { return .between(.slightLoss) }
    return loss.interval.upperBound > Limits.cleanLoss.share && pulls(Limits.cleanLoss.pull) ? .between(.loss) : nil
  }

  /// Whether some detail pulls by more than that, its interval included.
  private func pulls(_ least: Double) -> Bool { strongest { $1.lowerBound > least } != nil }

  private func strongest(where holds: (Detail, ClosedRange<Double>) -> Bool) -> Detail? {
    swaps.filter { holds($0.detail, $0.counts.interval) }.max { $0.counts.pull < $1.counts.pull }?.detail
  }

  /// What the set looks like.
  package var finding: Verdict.Finding { mark != nil ? .poisoned : doubt == nil ? .clean : .undecided }

  /// The share of records that looks unlearnable, and two standard errors of it; 0 where none does.
  package var share: (value: Double, error: Double) {
    switch mark {
    case .pull(let detail):
      let counts = counts(detail)
      return (counts.pull, (counts.interval.upperBound - counts.interval.lowerBound) / 2)
    case .loss, .slightLoss:
      let share = Double((mark == .loss ? loss : slightLoss).lost) / Double(max(1, records))
      return (share, 2 * (share * (1 - share) / Double(max(1, records))).squareRoot())
    case nil: return (0, 0)
    }
  }
}
