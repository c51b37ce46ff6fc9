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
  let value: Storage
  /// The sum of the gradients of the current step; nil means zero.
  private(set) var gradient: Storage?

  /// The number of elements.
  package var count: Int { value.count }

  /// A parameter with the given first values, in row-major order of `shape`.
  package init(_ name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "parameter \(name): shape \(shape) for \(values.count) values")
    self.name = name
    self.shape = shape
    value = Storage(values)
  }

  /// The elements in row-major order of `shape`.
  package var values: [Float] {
    get { value.array }
    set {
      precondition(newValue.count == count, "parameter \(name) holds \(count) values, not \(newValue.count)")
      newValue.withUnsafeBufferPointer { source in
        if let start = source.baseAddress { value.base.update(from: start, count: count) }
      }
    }
  }

  /// The gradient's elements in row-major order of `shape`; nil where none arrived.
  package var gradientValues: [Float]? { gradient?.array }

  /// Has `write` put down a share of the gradient; see `Tensor.addGradient`. On the way back nothing waits for it: shares
  /// are later work (`Parallel.later`), added in the order of the calls and all there when the tape has been played.
  func addGradient(_ write: @escaping (_ destination: Storage, _ accumulate: Bool) -> Void) {
    Parallel.later { [self] in gradient.add(count: count, write) }
  }

  /// Forgets the gradient before the next step.
  package func clearGradient() { gradient = nil }
}
