import Threads

/// A named array that training changes, in PyTorch's layout, with the gradient of the current step.
///
/// Kernels that want another order of the elements rearrange them when they start: a model's weights are small beside
/// the pictures that pass through them.
package final class Parameter {
  /// PyTorch's name within the module that owns it, such as `weight`.
  package let name: String
  /// PyTorch's shape: a convolution is [out, in, height, width], a transposed one [in, out, height, width].
  package let shape: [Int]
  private var storage: Storage?
  /// The sum of the gradients of the current step; nil means zero.
  private(set) var gradient: Storage?
  /// Sums of shares that wait for those of other holders, at most log₂ of their number, and the shares taken so far.
  private var shares: (waiting: [Storage], taken: Int) = ([], 0)

  /// The elements. Precondition: there are some; a model of shapes alone computes nothing.
  var value: Storage {
    guard let storage else { preconditionFailure("the parameter \(name) has a shape and no values") }
    return storage
  }

  /// The number of elements, those of a parameter without values as a double: its sizes may come from a hostile file.
  package var size: Double { shape.reduce(1) { $0 * Double($1) } }
  /// The number of elements. Precondition: there are values.
  package var count: Int { value.count }

  /// A parameter of a shape alone, whose values are yet to be set.
  init(_ name: String, shape: [Int]) { (self.name, self.shape) = (name, shape) }

  /// A parameter with the given first values, in row-major order of `shape`.
  package init(_ name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "parameter \(name): shape \(shape) for \(values.count) values")
    self.name = name
    self.shape = shape
    storage = Storage(values)
  }

  /// The elements in row-major order of `shape`.
  package var values: [Float] {
    get { value.array }
    set {
      precondition(
        newValue.count == shape.reduce(1, *), "parameter \(name) of shape \(shape) for \(newValue.count) values")
      if let storage { storage.assign(newValue) } else { storage = Storage(newValue) }
    }
  }

  /// The gradient's elements in row-major order of `shape`; nil where none arrived.
  package var gradientValues: [Float]? { gradient?.array }

  /// Has `write` put down a share of the gradient; see `Tensor.addGradient`. Nothing in the backward pass waits for it:
  /// shares are later work (`Parallel.later`), added in the order of the calls and all there when the tape has been played.
  ///
  /// - Parameter sharers: how many holders of a batch give a share each, one after the other; their sum is a `SumTree`.
  ///   Where a model uses the parameter twice, all give their shares of one use before those of the next.
  func addGradient(
    of sharers: Int = 1, _ write: @escaping (_ destination: Storage, _ accumulate: Bool) -> Void
  ) {
    Parallel.later { [self] in
      if sharers > 1 { addShare(of: sharers, write) } else { gradient.add(count: count, write) }
    }
  }

  private func addShare(of sharers: Int, _ write: (_ destination: Storage, _ accumulate: Bool) -> Void) {
    let share = Storage(count: count)
    write(share, false)
    shares.waiting.append(share)
    for _ in 0..<SumTree.additions(of: sharers)[shares.taken] {
      let right = shares.waiting.removeLast()
      Elementwise.add(right, into: shares.waiting[shares.waiting.count - 1])
    }
    shares.taken += 1
    guard shares.taken == sharers else { return }
    let sum = shares.waiting[0]
    shares = ([], 0)
    if let gradient { Elementwise.add(sum, into: gradient) } else { gradient = sum }
  }

  /// Forgets the gradient before the next step.
  package func clearGradient() {
    gradient = nil
    shares = ([], 0)
  }
}
