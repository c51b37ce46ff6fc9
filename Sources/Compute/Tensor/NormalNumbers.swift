import Random
import Threads

/// Independent numbers from N(0, 1) for a batch of records, the same for a record whatever batch it is in.
package struct NormalNumbers: Sendable {
  private let key: SIMD2<UInt32>
  private let counters: [SIMD4<UInt32>]

  /// The numbers of the given coordinates.
  ///
  /// - Parameters:
  ///   - seed: the user's `--seed`.
  ///   - purpose: what the numbers are for, such as `"latent"`.
  ///   - records: the records' ids.
  ///   - step: the training step or epoch; its low 32 bits are used.
  package init(seed: UInt64, purpose: String, records: [Int], step: Int = 0) {
    key = Philox.key(seed: seed, purpose: purpose)
    counters = records.map { Philox.counter(record: $0, step: step) }
  }

  /// Writes every record its numbers, as many as `target` has room for, and hands each piece to `body` as soon as it is
  /// written, while it is in the cache.
  func fill(_ target: Storage, then body: (_ piece: Range<Int>) -> Void) {
    let length = target.count / max(1, counters.count)
    precondition(length * counters.count == target.count, "\(target.count) numbers for \(counters.count) records")
    Parallel.forEachPiece(counters.count) { index in
      let start = index * length
      for offset in stride(from: 0, to: length, by: Self.pieceLength) {
        let count = min(Self.pieceLength, length - offset)
        NormalKernel.fill(target.base + start + offset, count: count, from: offset, counter: counters[index], key: key)
        body(start + offset..<start + offset + count)
      }
    }
  }

  /// Whole groups of the kernel; a piece and two more operands fit the first-level cache.
  private static let pieceLength = 32 * NormalKernel.groupLength
}

/// The first `count` numbers of the stream that `NormalNumbers` gives a record.
package func normalNumbers(count: Int, seed: UInt64, purpose: String, record: Int = 0, step: Int = 0) -> [Float] {
  let numbers = Storage(count: count)
  NormalNumbers(seed: seed, purpose: purpose, records: [record], step: step).fill(numbers) { _ in }
  return numbers.array
}
