import Compute
import Records
import Threads

/// A batch that is computed in micro-batches, one after the other from one sum over the whole batch to the next: batch
/// norm's moments, losses and gradients are those of the whole batch, and so are the bytes of the model.
///
/// What a micro-batch keeps for its backward pass lies in a temporary file while the others run, so that only one has its
/// feature maps in memory.
package final class MicroBatches {
  /// Records of one.
  private let size: Int
  private let memory: SpilledMemory

  /// Micro-batches of so many records; nil where none are asked for, or the batch has no more.
  ///
  /// - Throws: a usage failure for a size that is not a half, a quarter, an eighth or a sixteenth of the batch; `Failure`
  ///   of kind `cannotCreate` where there can be no temporary file.
  package static func make(of size: Int?, batch: Int) throws -> MicroBatches? {
    guard let size, size != batch else { return nil }
    return try MicroBatches(of: size, batch: batch)
  }

  private init(of size: Int, batch: Int) throws {
    guard size > 0, batch % size == 0, [2, 4, 8, 16].contains(batch / size) else {
      let sizes = [2, 4, 8, 16].filter { batch % $0 == 0 }.map { "\(batch / $0)" }
      let advice =
        sizes.isEmpty ? "give a --batch that can be halved" : "give \(sizes.joined(separator: ", ")), or leave it out"
      throw Failure(
        .usage,
        "--micro-batch \(size): a batch of \(batch) records is cut into two, four, eight or sixteen equal parts; \(advice)"
      )
    }
    self.size = size
    memory = SpilledMemory(
      descriptor: try SpoolFile.unnamedFile().descriptor.rawValue, holders: batch / size)
  }

  /// The results of `body` for every micro-batch of a batch, in their order.
  ///
  /// - Parameter body: computes one, its sums over records by the communicator.
  /// - Throws: a software failure where the system has no thread left.
  func map<Result>(
    _ batch: TrainingBatch, _ body: @escaping (TrainingBatch, any Communicator) -> Result
  ) throws -> [Result] {
    let memory = memory
    let parts = batch.parts(of: size)
    let results = BlockPool.spilling(to: memory) {
      Turns<[Double]>.map(parts.count, atSwitch: { memory.endTurn(of: $0) }) { holder, turns in
        body(parts[holder], MicroBatchCommunicator(holder: holder, turns: turns))
      }
    }
    guard let results else {
      throw Failure(.software, "--micro-batch: the system has no thread left for each of \(parts.count) micro-batches")
    }
    return results
  }
}

/// Where the sums of the micro-batches of one process meet.
private struct MicroBatchCommunicator: Communicator {
  let holder: Int
  let turns: Turns<[Double]>

  var holders: Int { turns.count }
  var sharersOfModel: Int { turns.count }
  var movesStatistics: Bool { holder == 0 }

  func sum(_ values: [Double]) -> [Double] { SumTree.sum(turns.exchange(values, from: holder)) }
}

extension TrainingBatch {
  /// The records in their order, so many at a time. Precondition: they come out even.
  fileprivate func parts(of size: Int) -> [TrainingBatch] {
    stride(from: 0, to: ids.count, by: size).map { self[$0..<$0 + size] }
  }
}
