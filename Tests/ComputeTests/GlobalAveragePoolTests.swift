import Compute
import TestSupport
import Testing

@Suite struct GlobalAveragePoolTests {
  static let cases: [OperationCase] = [
    OperationCase("global average pool", inputs: [[3, 7, 9, 5]], step: 0.5) { x, _ in globalAveragePool(x[0]) },
    OperationCase("global average pool of one", inputs: [[1, 4, 4, 19]], step: 0.5) { x, _ in globalAveragePool(x[0]) },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("average_pool_global") { x, _ in globalAveragePool(x) }
  }
}
