import Compute
import TestSupport
import Testing

extension OperationCase {
  /// Holds the gradient of every input and parameter against central differences in random directions, one operand at
  /// a time.
  ///
  /// With L = Σ slope·result, summed in doubles, and every element of an operand moved by ±step, L's change must be
  /// Σ gradient·move. The deviation is measured against ‖gradient‖·step, the size such a sum has by chance, so that a
  /// fault in a single element shows.
  func expectGradientsMatchDifferences(sourceLocation: SourceLocation = #_sourceLocation) {
    for operand in 0..<inputs.count + parameters.count {
      for direction in 0..<2 {
        let deviation = deviation(operand, direction: "\(name) \(operand) \(direction)")
        #expect(
          deviation <= tolerance, "\(name): the gradient of operand \(operand) is off by \(deviation)",
          sourceLocation: sourceLocation)
      }
    }
  }

  /// How far the gradient of one operand is from the central difference, or infinity where there is none.
  private func deviation(_ operand: Int, direction: String) -> Double {
    let center = operand < inputs.count ? inputs[operand] : parameters[operand - inputs.count]
    let signs = NumberArray.uniform([center.doubles.count], direction).doubles.map { $0 < 0 ? -step : step }
    let high = zip(center.doubles, signs).map { Float($0 + $1) }
    let low = zip(center.doubles, signs).map { Float($0 - $1) }
    let above = evaluate(moved: (operand, high)).result
    let below = evaluate(moved: (operand, low)).result
    var slope = randomSlope(above)
    for index in slope.indices where !isSmooth(above[index], below[index]) { slope[index] = 0 }

    let evaluation = evaluate(slope: { _ in slope })
    let gradients = evaluation.inputGradients + evaluation.parameterGradients
    guard let gradient = gradients[operand], gradient.count == high.count else { return .infinity }
    var (change, expected, norm) = (0.0, 0.0, 0.0)
    for (index, weight) in slope.enumerated() {
      change += Double(weight) * (Double(above[index]) - Double(below[index]))
    }
    for (index, value) in gradient.enumerated() {
      expected += Double(value) * (Double(high[index]) - Double(low[index]))
      norm += Double(value) * Double(value)
    }
    guard norm > 0 else { return .infinity }
    return abs(change - expected) / (norm.squareRoot() * 2 * step)
  }
}
