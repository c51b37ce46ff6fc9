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
    /// Records are lost through JPEG 30.
    case loss
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
    /// The pull that a clean set stays below under every kind of detail, its intervals included.
    package static let cleanPull = 0.05
    /// The pull that a poisoned set exceeds under one of them, its interval included.
    package static let poisonedPull = 0.03
    /// The share that is lost of what the classifier was sure of, which a clean set stays below likewise.
    package static func cleanLoss(_ source: Source) -> Double { source == .heldOut ? 0.6 : 0.38 }
    /// That which a poisoned set exceeds; of learnt records only where some detail pulls too.
    package static func poisonedLoss(_ source: Source) -> Double { source == .heldOut ? 0.6 : 0.4 }
    /// The pull, its interval included, that some detail then has: pictures that are all texture lose much, and follow nothing.
    package static let pullBesideLoss = 0.01
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

  init(classes: Int, of source: Source = .heldOut) {
    (self.classes, self.source, loss) = (classes, source, LossCounts(classes: classes))
  }

  /// Counts records by their scores as they are and through JPEG 30. Precondition: as many of each.
  mutating func add(_ before: [RecordScore], _ after: [RecordScore]) {
    records += before.count
    known += before.count { $0.isPredicted }
    for (before, after) in zip(before, after) { loss.add(before, after) }
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
    if let detail = strongest(where: { $0.lowerBound > Limits.poisonedPull }) { return .pull(detail) }
    guard loss.interval.lowerBound > Limits.poisonedLoss(source) else { return nil }
    return source == .heldOut || strongest { $0.lowerBound > Limits.pullBesideLoss } != nil ? .loss : nil
  }

  /// Why a set without such a mark cannot be called clean; nil where it can.
  package var doubt: Doubt? {
    guard records >= Limits.fewestRecords else { return .fewRecords }
    guard knownShare >= leastKnown else { return .unknown(knownShare) }
    if let detail = strongest(where: { $0.upperBound > Limits.cleanPull }) { return .between(.pull(detail)) }
    return loss.interval.upperBound > Limits.cleanLoss(source) ? .between(.loss) : nil
  }

  private func strongest(where holds: (ClosedRange<Double>) -> Bool) -> Detail? {
    swaps.filter { holds($0.counts.interval) }.max { $0.counts.pull < $1.counts.pull }?.detail
  }

  /// What the set looks like.
  package var finding: Verdict.Finding { mark != nil ? .poisoned : doubt == nil ? .clean : .undecided }

  /// The share of records that looks unlearnable, and two standard errors of it; 0 where none does.
  package var share: (value: Double, error: Double) {
    switch mark {
    case .pull(let detail):
      let counts = counts(detail)
      return (counts.pull, (counts.interval.upperBound - counts.interval.lowerBound) / 2)
    case .loss:
      let share = Double(loss.lost) / Double(max(1, records))
      return (share, 2 * (share * (1 - share) / Double(max(1, records))).squareRoot())
    case nil: return (0, 0)
    }
  }
}
