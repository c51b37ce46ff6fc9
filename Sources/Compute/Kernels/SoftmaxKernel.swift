/// Exponentials of class scores, each row shifted by its maximum so that none overflows.
enum SoftmaxKernel {
  /// ln Σ exp of every row of scores [N, classes]; writes the probabilities where they are wanted. A NaN in a row makes
  /// all of the row's results NaN.
  @discardableResult
  static func run(_ scores: Storage, classes: Int, probabilities: Storage?) -> [Float] {
    precondition(classes > 0 && scores.count % classes == 0, "softmax of \(scores.count) scores, \(classes) classes")
    precondition(probabilities.map { $0.count == scores.count } ?? true, "probabilities for \(scores.count) scores")
    return (0..<scores.count / classes).map { row in
      let start = scores.base + row * classes
      var maximum = -Float.infinity
      for c in 0..<classes { maximum = max(maximum, start[c]) }
      let (sum, width) = (sumOfExponentials(start, classes, maximum), WideVector.scalarCount)
      if let target = probabilities.map({ $0.base + row * classes }) {
        let factor = 1 / sum
        for c in stride(from: 0, to: classes, by: width) {
          target.put(VectorMath.exponential(start.wide(c) - maximum) * factor, c, lanes: classes - c)
        }
      }
      // The logarithm is one of numbers only, and the maximum has passed over a score that is none.
      return sum.isNaN ? sum : maximum + VectorMath.logarithm(WideVector(repeating: sum))[0]
    }
  }

  private static func sumOfExponentials(
    _ scores: UnsafeMutablePointer<Float>, _ classes: Int, _ maximum: Float
  ) -> Float {
    var sum = WideVector()
    for c in stride(from: 0, to: classes, by: WideVector.scalarCount) {
      let terms = VectorMath.exponential(scores.wide(c) - maximum)
      if classes - c >= WideVector.scalarCount {
        sum += terms
      } else {
        for lane in 0..<classes - c { sum[lane] += terms[lane] }
      }
    }
    return sum.sum()
  }
}
