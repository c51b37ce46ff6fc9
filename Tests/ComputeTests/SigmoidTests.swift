import Compute
import TestSupport
import Testing

@Suite struct SigmoidTests {
  static let cases: [OperationCase] = [[3, 7, 9, 5], [1, 19]].map { shape in
    OperationCase("sigmoid \(shape)", inputs: [shape]) { x, _ in sigmoid(x[0]) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("sigmoid") { x, _ in sigmoid(x) }
  }

  @Test func farFromZeroItIsZeroOrOne() {
    let y = sigmoid(Tensor([-1e30, -200, 0, 200, 1e30, -.infinity, .infinity, .nan], shape: [8])).values
    #expect(Array(y[0..<7]) == [0, 0, 0.5, 1, 1, 0, 1])
    #expect(y[7].isNaN)
  }
}
