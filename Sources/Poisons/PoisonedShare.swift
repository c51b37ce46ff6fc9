import Random
import Records

/// The records of a set that are poisoned: each with the same chance, which depends on the seed and its id alone.
package struct PoisonedShare: Sendable {
  private let rate: Float
  private let seed: UInt64

  /// A share of the given rate, in [0, 1].
  package init(rate: Float, seed: UInt64) {
    (self.rate, self.seed) = (rate, seed)
  }

  /// The rate, by its option's name.
  var record: [String: JSON] { ["rate": .float(rate)] }

  /// Whether the record of the given id is poisoned.
  package func contains(id: Int) -> Bool {
    var random = RandomStream(seed: seed, purpose: "poisoning rate", record: id)
    return random.uniform() < rate
  }
}
