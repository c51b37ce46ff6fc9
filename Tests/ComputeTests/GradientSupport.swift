import Compute

extension Parameter {
  /// A row of numbers that a test trains.
  static func row(_ values: [Float]) -> Parameter { Parameter("row", shape: [1, values.count], values: values) }

  /// Gives a row a gradient, in place of the one it has.
  func receive(_ gradient: [Float]) {
    clearGradient()
    let tape = Tape()
    let zeros = Tensor([Float](repeating: 0, count: count), shape: [1, 1, 1, count], tape: tape)
    tape.backward(from: classEmbedding(zeros, table: self, labels: [0]), gradient: gradient)
  }
}
