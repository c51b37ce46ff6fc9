/// An array of floats with a shape, and its place on a tape when it takes part in differentiation.
///
/// Pictures and feature maps are [N, H, W, C] (channels last); vectors are [N, C]; a loss is [].
/// The elements never change once an operation has made the tensor.
package final class Tensor {
  /// The size of each dimension; [] for a scalar.
  package let shape: [Int]
  /// The tape that recorded this tensor; nil for a constant. The tape keeps the tensors that the backward pass needs, not
  /// they it: whoever wants to differentiate holds on to the tape, and a computation that is given up leaves the memory.
  package private(set) weak var tape: Tape?
  /// Whether a gradient for this tensor is wanted: false for constants and for the pictures a model is trained on.
  package let requiresGradient: Bool
  let storage: Storage
  /// The sum of the gradients that arrived so far; nil means zero.
  private(set) var gradient: Storage?

  /// The number of elements.
  package var count: Int { storage.count }

  /// A tensor whose elements the caller writes before anyone reads them.
  init(shape: [Int], tape: Tape? = nil) {
    self.shape = shape
    self.tape = tape
    requiresGradient = tape != nil
    storage = Storage(count: shape.reduce(1, *))
  }

  /// A view of the storage under a shape of the same count.
  init(shape: [Int], storage: Storage, tape: Tape? = nil, requiresGradient: Bool = true) {
    precondition(shape.reduce(1, *) == storage.count, "shape \(shape) does not hold \(storage.count) elements")
    self.shape = shape
    self.storage = storage
    self.tape = tape
    self.requiresGradient = tape != nil && requiresGradient
  }

  /// A tensor of the given values in row-major order. With a tape, what is computed from it is recorded; its own gradient
  /// is worked out only where `requiresGradient` asks for it, as poisons do and training does not.
  package convenience init(_ values: [Float], shape: [Int], tape: Tape? = nil, requiresGradient: Bool = true) {
    self.init(shape: shape, storage: Storage(values), tape: tape, requiresGradient: requiresGradient)
  }

  /// The values of another tensor under its own place on a tape; nothing is copied.
  package convenience init(shape: [Int], sharing other: Tensor, tape: Tape?, requiresGradient: Bool = true) {
    self.init(shape: shape, storage: other.storage, tape: tape, requiresGradient: requiresGradient)
  }

  /// The elements in row-major order.
  package var values: [Float] { storage.array }

  /// The value of a tensor with one element.
  package var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not a scalar")
    return storage.base[0]
  }

  /// The gradient's elements in row-major order; nil where none arrived.
  package var gradientValues: [Float]? { gradient?.array }

  /// Lets `write` put this tensor's share of a gradient down. `accumulate` says whether the storage already holds an
  /// earlier share to add to, or is new and must be written everywhere.
  func addGradient(_ write: (_ destination: Storage, _ accumulate: Bool) -> Void) {
    guard requiresGradient else { return }
    if gradient != nil, !isKnownUniquelyReferenced(&gradient) {
      // Another tensor was handed the same storage; it keeps it and this one goes on with a copy.
      gradient = gradient.map { Elementwise.copy($0) }
    }
    gradient.add(count: count, write)
  }

  /// Adds a gradient that exists already, without a copy where it is the first.
  func addGradient(sharing share: Storage) {
    guard requiresGradient else { return }
    precondition(share.count == count, "a gradient of \(share.count) elements for a tensor of \(count)")
    if gradient == nil {
      gradient = share
    } else {
      addGradient { destination, _ in Elementwise.add(share, into: destination) }
    }
  }

  /// As `addGradient`, but a first share may be written over `spent`, a storage of the same size whose elements are read
  /// no later than the new ones are written in their place.
  func addGradient(over spent: inout Storage, _ write: (_ destination: Storage, _ accumulate: Bool) -> Void) {
    guard requiresGradient else { return }
    if gradient == nil, spent.count == count, isKnownUniquelyReferenced(&spent) {
      write(spent, false)
      gradient = spent
    } else {
      addGradient(write)
    }
  }

  /// Hands the finished gradient over and forgets it, so that its memory returns to the pool early.
  func takeGradient() -> Storage? {
    defer { gradient = nil }
    return gradient
  }
}

extension Tensor {
  /// The index of the largest element of every row of a tensor [N, C]; the first of equals, and 0 where no element is a
  /// number.
  package var argmax: [Int] {
    precondition(shape.count == 2 && shape[1] > 0, "argmax of \(shape)")
    let (columns, elements) = (shape[1], values)
    return (0..<shape[0]).map { row in
      var best = 0
      for column in 1..<max(1, columns)
      where elements[row * columns + column] > elements[row * columns + best] || elements[row * columns + best].isNaN {
        best = column
      }
      return best
    }
  }
}
