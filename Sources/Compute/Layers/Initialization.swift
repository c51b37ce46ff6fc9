import Random

/// Where a model's parameters come from: their first values drawn by PyTorch's rules, or their shapes alone.
///
/// A model of shapes alone takes no memory. It tells how many parameters a configuration has and what its file must
/// hold before anything of that size is allocated, and it becomes a whole model when values are loaded into it.
package struct Initializer {
  private var random: RandomStream?

  /// Values drawn from a stream of random numbers.
  package init(seed: UInt64, purpose: String) { random = RandomStream(seed: seed, purpose: purpose) }

  private init() {}

  /// Shapes without values.
  package static var shapesAlone: Initializer { Initializer() }

  /// A parameter of numbers uniform within ±bound, drawn in row-major order.
  mutating func uniform(_ name: String, shape: [Int], within bound: Float) -> Parameter {
    guard var stream = random else { return Parameter(name, shape: shape) }
    defer { random = stream }
    return Parameter(name, shape: shape, values: stream.uniform(-bound, bound, count: shape.reduce(1, *)))
  }

  /// A parameter of numbers from N(0, deviation²), drawn in row-major order.
  mutating func normal(_ name: String, shape: [Int], deviation: Float = 1) -> Parameter {
    guard var stream = random else { return Parameter(name, shape: shape) }
    defer { random = stream }
    let count = shape.reduce(1, *)
    var values: [Float] = []
    values.reserveCapacity(count + WideVector.scalarCount)
    while values.count < count {
      var words = (SIMD16<UInt32>(), SIMD16<UInt32>())
      let bits = stream.nextBits(count: 2 * WideVector.scalarCount)
      for lane in 0..<WideVector.scalarCount { (words.0[lane], words.1[lane]) = (bits[2 * lane], bits[2 * lane + 1]) }
      let (first, second) = NormalKernel.pair(words.0, words.1)
      for vector in [first, second] {
        for lane in 0..<WideVector.scalarCount where values.count < count { values.append(deviation * vector[lane]) }
      }
    }
    return Parameter(name, shape: shape, values: values)
  }

  /// A parameter whose elements all have one value.
  func constant(_ name: String, shape: [Int], value: Float) -> Parameter {
    guard random != nil else { return Parameter(name, shape: shape) }
    return Parameter(name, shape: shape, values: [Float](repeating: value, count: shape.reduce(1, *)))
  }
}
