import Random

extension Parameter {
  /// A parameter of numbers uniform within ±bound, drawn in row-major order.
  static func uniform(_ name: String, shape: [Int], within bound: Float, _ random: inout RandomStream) -> Parameter {
    Parameter(name, shape: shape, values: random.uniform(-bound, bound, count: shape.reduce(1, *)))
  }

  /// A parameter of numbers from N(0, 1), drawn in row-major order.
  static func normal(_ name: String, shape: [Int], _ random: inout RandomStream) -> Parameter {
    let count = shape.reduce(1, *)
    var values: [Float] = []
    values.reserveCapacity(count + WideVector.scalarCount)
    while values.count < count {
      var words = (SIMD16<UInt32>(), SIMD16<UInt32>())
      let bits = random.nextBits(count: 2 * WideVector.scalarCount)
      for lane in 0..<WideVector.scalarCount { (words.0[lane], words.1[lane]) = (bits[2 * lane], bits[2 * lane + 1]) }
      let (first, second) = NormalKernel.pair(words.0, words.1)
      for vector in [first, second] {
        for lane in 0..<WideVector.scalarCount where values.count < count { values.append(vector[lane]) }
      }
    }
    return Parameter(name, shape: shape, values: values)
  }
}
