import Random

extension Tensor {
  /// Independent numbers from N(0, 1), the same for a record whatever batch it is in.
  ///
  /// - Parameters:
  ///   - shape: [records, …].
  ///   - seed: the user's `--seed`.
  ///   - purpose: what the numbers are for, such as `"latent"`.
  ///   - records: the records' ids, one for each of the first dimension.
  ///   - step: the training step or epoch; its low 32 bits are used.
  public static func normal(shape: [Int], seed: UInt64, purpose: String, records: [Int], step: Int = 0) -> Tensor {
    precondition(shape.first == records.count, "normal numbers of shape \(shape) for \(records.count) records")
    let tensor = Tensor(shape: shape)
    let (length, key) = (tensor.count / max(1, records.count), Philox.key(seed: seed, purpose: purpose))
    let target = tensor.storage.base
    Profile.span("normal numbers", .arrays(1, of: tensor.count)) {
      Threads.forEachPiece(records.count) { index in
        let counter = Philox.counter(record: records[index], step: step)
        NormalKernel.fill(target + index * length, count: length, counter: counter, key: key)
      }
    }
    return tensor
  }
}

/// The first `count` numbers of the stream that `Tensor.normal` gives a record.
public func normalNumbers(count: Int, seed: UInt64, purpose: String, record: Int = 0, step: Int = 0) -> [Float] {
  Tensor.normal(shape: [1, count], seed: seed, purpose: purpose, records: [record], step: step).values
}
