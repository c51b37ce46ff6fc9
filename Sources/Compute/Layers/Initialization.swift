import Random

extension Parameter {
  /// A parameter of numbers uniform within ±bound, drawn in row-major order.
  static func uniform(_ name: String, shape: [Int], within bound: Float, _ random: inout RandomStream) -> Parameter {
    let values = (0..<shape.reduce(1, *)).map { _ in random.uniform(-bound, bound) }
    return Parameter(name, shape: shape, values: values)
  }
}
