import Random

extension Parameter {
  /// A parameter of numbers uniform within ±bound, drawn in row-major order.
  static func uniform(_ name: String, shape: [Int], within bound: Float, _ random: inout RandomStream) -> Parameter {
    let values = (0..<shape.reduce(1, *)).map { _ in random.uniform(-bound, bound) }
    return Parameter(name, shape: shape, values: values)
  }

  /// A parameter of numbers from N(0, 1), drawn in row-major order.
  static func normal(_ name: String, shape: [Int], _ random: inout RandomStream) -> Parameter {
    let count = shape.reduce(1, *)
    var values: [Float] = []
    values.reserveCapacity(count + WideVector.scalarCount)
    while values.count < count {
      var words = (SIMD16<UInt32>(), SIMD16<UInt32>())
      for lane in 0..<WideVector.scalarCount { (words.0[lane], words.1[lane]) = (random.nextBits(), random.nextBits()) }
      let (first, second) = NormalKernel.pair(words.0, words.1)
      for vector in [first, second] {
        for lane in 0..<WideVector.scalarCount where values.count < count { values.append(vector[lane]) }
      }
    }
    return Parameter(name, shape: shape, values: values)
  }
}
