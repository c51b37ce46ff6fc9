import Compute
import TestSupport
import Testing

@Suite struct MeanSquaredErrorTests {
  static let cases: [OperationCase] = [
    OperationCase("mean squared error", inputs: [[3, 7, 9, 5], [3, 7, 9, 5]], step: 0.25) { x, _ in
      meanSquaredError(x[0], x[1])
    },
    OperationCase("mean squared error of one", inputs: [[1, 19], [1, 19]], step: 0.25) { x, _ in
      meanSquaredError(x[0], x[1])
    },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test(arguments: [1, 17, 100_003]) func equalsItsDefinition(_ count: Int) {
    let (x, t) = (NumberArray.uniform([count], "x"), NumberArray.uniform([count], "t"))
    let error = meanSquaredError(Tensor(x.floats, shape: [count]), Tensor(t.floats, shape: [count]))
    let sum = zip(x.doubles, t.doubles).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    expectClose(error.values, [sum / Double(count)], within: 2e-7, "error")
  }
}
