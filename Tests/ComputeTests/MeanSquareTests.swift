import Compute
import TestSupport
import Testing

@Suite struct MeanSquareTests {
  static let cases: [OperationCase] = [
    OperationCase("mean square", inputs: [[3, 7, 9, 5]], step: 0.25) { x, _ in meanSquare(x[0]) },
    OperationCase("mean square of one", inputs: [[1]], step: 0.25) { x, _ in meanSquare(x[0]) },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  /// Counts of several pieces and of a broken vector.
  @Test(arguments: [1, 17, 1024, 100_003]) func equalsItsDefinition(_ count: Int) {
    let x = NumberArray.uniform([count], "x")
    let tape = Tape()
    let input = Tensor(x.floats, shape: [count], tape: tape)
    let mean = meanSquare(input)
    tape.backward(from: mean)
    expectClose(mean.values, [x.doubles.reduce(0) { $0 + $1 * $1 } / Double(count)], within: 2e-7, "mean square")
    expectClose(input.gradientValues, x.doubles.map { 2 * $0 / Double(count) }, within: 2e-7, "gradient")
  }
}
