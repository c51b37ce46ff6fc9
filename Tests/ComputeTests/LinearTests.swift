import Compute
import TestSupport
import Testing

@Suite struct LinearTests {
  static let cases: [OperationCase] = [(3, 13, 7), (1, 19, 5), (70, 5, 37)].map { batch, inputs, outputs in
    OperationCase(
      "linear \(batch)×\(inputs) to \(outputs)", inputs: [[batch, inputs]],
      parameters: [[outputs, inputs], [outputs]],
      step: 0.5
    ) { linear($0[0], weight: $1[0], bias: $1[1]) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("linear", parameters: ["weight", "bias"]) { linear($0, weight: $1[0], bias: $1[1]) }
  }
}
