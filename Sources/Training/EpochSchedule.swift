import Random

/// Which records make up each step of each epoch: a new order every epoch, cut into whole batches.
package struct EpochSchedule: Sendable {
  /// Records of the set.
  package let count: Int
  /// Records of a step: the batch size, or the whole set where that is smaller.
  package let batch: Int
  /// Steps of an epoch; the records that do not fill a batch sit this epoch out.
  package let steps: Int
  private let seed: UInt64

  /// A schedule for `count` records, at least 1.
  package init(count: Int, batch: Int, seed: UInt64) {
    precondition(count > 0 && batch > 0, "a schedule of \(count) records in batches of \(batch)")
    self.count = count
    self.batch = min(batch, count)
    steps = count / min(batch, count)
    self.seed = seed
  }

  /// The rows of every step of an epoch, counted from 0.
  package func rows(epoch: Int) -> [[Int]] {
    var random = RandomStream(seed: seed, purpose: "shuffle", step: epoch)
    let order = random.permutation(count: count)
    return (0..<steps).map { Array(order[$0 * batch..<($0 + 1) * batch]) }
  }
}
