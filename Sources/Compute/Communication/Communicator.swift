/// Who holds a batch, and the place where their sums over records meet: one process, micro-batches, ranks of a cluster.
///
/// All holders have as many records and run the same operations in the same order.
package protocol Communicator: Sendable {
  /// How many there are.
  var holders: Int { get }

  /// The tree sum over all holders of the values that each gives, element by element; the same for all of them.
  func sum(_ values: [Double]) -> [Double]

  /// How many of them compute with one and the same model, whose gradients wait for all their shares; 1 where each has
  /// its own.
  var sharersOfModel: Int { get }
  /// Whether this holder moves the model's running statistics: one of those who share it.
  var movesStatistics: Bool { get }
}

extension Communicator {
  package var sharersOfModel: Int { 1 }
  package var movesStatistics: Bool { true }
}

/// The whole batch in one place.
package struct SingleProcess: Communicator {
  package init() {}
  package var holders: Int { 1 }
  package func sum(_ values: [Double]) -> [Double] { values }
}

/// What an operation has to know of the batch for its sums over records.
struct BatchSums {
  let parts: BatchParts
  let communicator: any Communicator

  /// The batch of a tensor of that shape, the records first; a scalar is one record.
  init(_ shape: [Int], _ tape: Tape?) {
    communicator = tape?.communicator ?? SingleProcess()
    parts = BatchParts(records: shape.first ?? 1, holders: communicator.holders)
  }

  /// How many holders give a parameter's gradient a share each.
  var sharers: Int { communicator.sharersOfModel }

  /// What all holders have together, where one has so much.
  func total(_ count: Int) -> Int { count * communicator.holders }

  /// Σ term(i) over the elements of all holders' tensors, of which the one here has `count`; see `Reduction`.
  @inline(__always)
  func sum(count: Int, operation: String = #function, term: (_ index: Int) -> WideVector) -> Double {
    let ranges = parts.ranges(length: count / max(1, parts.records))
    return sum(Reduction.sums(over: ranges, operation: operation, term: term))
  }

  /// The sum of all holders' parts, of which those here have the given sums.
  func sum(_ sums: [Double]) -> Double {
    communicator.sum([SumTree.sum(0..<sums.count, { sums[$0] }, adding: +=)])[0]
  }
}

extension Tensor {
  /// The mean over the records of the whole batch of numbers that each record of this tensor has; the same for all holders.
  package func batchMean(_ numbers: [Double]) -> Double {
    let batch = BatchSums(shape, tape)
    precondition(numbers.count == batch.parts.records, "\(numbers.count) numbers for \(batch.parts.records) records")
    let sums = batch.parts.ranges().map { numbers[$0].reduce(0, +) }
    return batch.sum(sums) / Double(batch.total(numbers.count))
  }
}
