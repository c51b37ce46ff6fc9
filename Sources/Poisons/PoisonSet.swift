import Random
import Records

/// A whole set of which some records are to be poisoned: what an attack needs that looks at all of them first.
package struct PoisonSet {
  /// Pictures, labels and ids of all records, clean.
  package let spool: Spool
  /// The records to be poisoned, in the order of the stream.
  package let rows: [Int]
  /// What the chosen records are.
  let share: PoisonedShare
  /// By row, whether the record is among them.
  let isChosen: [Bool]

  /// The records of a spool that belong to a share.
  package init(_ spool: Spool, share: PoisonedShare) {
    self.spool = spool
    self.share = share
    isChosen = spool.ids.map { share.contains(id: $0) }
    rows = spool.ids.indices.filter { [isChosen] in isChosen[$0] }
  }
}

/// The records of a set that are poisoned: of all, or of those that a list names, each with the same probability, by a draw
/// that depends on the seed and its id alone.
package struct PoisonedShare: Sendable {
  private let rate: Float
  private let seed: UInt64
  let list: IDList?

  /// A share of the given rate, in [0, 1].
  package init(rate: Float, seed: UInt64, of list: IDList? = nil) {
    (self.rate, self.seed, self.list) = (rate, seed, list)
  }

  /// All records.
  package static let all = PoisonedShare(rate: 1, seed: 0)

  /// The rate, by its option's name.
  var record: [String: JSON] { ["rate": .float(rate)] }

  /// Whether the record of the given id is poisoned.
  package func contains(id: Int) -> Bool {
    if let list, !list.ids.contains(id) { return false }
    if rate == 1 { return true }
    var random = RandomStream(seed: seed, purpose: "poisoning rate", record: id)
    return random.uniform() < rate
  }
}
