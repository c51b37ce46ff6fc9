import Threads

/// The loops of the optimisers: one pass over all parameters, in pieces of a fixed length.
enum OptimizerKernel {
  private static let pieceLength = 1 << 14

  /// Runs `body` for pieces of every parameter that has a gradient, in parallel.
  static func forEachPiece(
    of parameters: [Parameter], _ body: (_ index: Int, _ gradient: Storage, _ range: Range<Int>) -> Void
  ) {
    var pieces: [(index: Int, gradient: Storage, range: Range<Int>)] = []
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      for start in stride(from: 0, to: parameter.count, by: pieceLength) {
        pieces.append((index, gradient, start..<min(start + pieceLength, parameter.count)))
      }
    }
    Profile.span("optimiser", .arrays(4, of: parameters.reduce(0) { $0 + $1.count })) {
      Parallel.forEachPiece(pieces.count) { body(pieces[$0].index, pieces[$0].gradient, pieces[$0].range) }
    }
  }

  /// The numbers of one step of Adam, the bias corrections worked out.
  struct AdamStep {
    var rate: Float
    var firstShare: Float
    var secondRate: Float
    var secondShare: Float
    var correction: Float
    var epsilon: Float
    var weightDecay: Float
  }

  /// One step of Adam on a range of a parameter.
  static func adam(
    _ value: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>, _ range: Range<Int>, _ step: AdamStep
  ) {
    for i in stride(from: range.lowerBound, to: range.upperBound, by: WideVector.scalarCount) {
      let lanes = range.upperBound - i
      let g = gradient.wide(i).addingProduct(value.wide(i), WideVector(repeating: step.weightDecay))
      let m = first.wide(i).addingProduct(g - first.wide(i), WideVector(repeating: step.firstShare))
      let v = (second.wide(i) * step.secondRate).addingProduct(g * g, WideVector(repeating: step.secondShare))
      let denominator = v.squareRoot() / step.correction + step.epsilon
      first.put(m, i, lanes: lanes)
      second.put(v, i, lanes: lanes)
      value.put(value.wide(i) - m * step.rate / denominator, i, lanes: lanes)
    }
  }

  /// One step of gradient descent with momentum on a range of a parameter.
  static func momentum(
    _ value: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    _ range: Range<Int>, rate: Float, momentum: Float, weightDecay: Float
  ) {
    for i in stride(from: range.lowerBound, to: range.upperBound, by: WideVector.scalarCount) {
      let lanes = range.upperBound - i
      let g = gradient.wide(i).addingProduct(value.wide(i), WideVector(repeating: weightDecay))
      let v = g.addingProduct(velocity.wide(i), WideVector(repeating: momentum))
      velocity.put(v, i, lanes: lanes)
      value.put(value.wide(i) - v * rate, i, lanes: lanes)
    }
  }
}
