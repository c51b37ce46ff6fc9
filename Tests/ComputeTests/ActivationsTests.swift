import Compute
import TestSupport
import Testing

@Suite struct ReLUTests {
  static let cases: [OperationCase] = [
    OperationCase("rectifier", inputs: [[3, 7, 9, 5]]) { x, _ in relu(x[0]) }.rectified,
    OperationCase("rectifier of one", inputs: [[1, 19]]) { x, _ in relu(x[0]) }.rectified,
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func cutsAtZero() {
    let tape = Tape()
    let x = Tensor([-2, -0.0, 0, 3, .nan, .infinity, -.infinity], shape: [7], tape: tape)
    let y = relu(x)
    #expect(Array(y.values[0..<4]) == [0, 0, 0, 3])
    #expect(y.values[4].isNaN)
    #expect(Array(y.values[5...]) == [.infinity, 0])
    tape.backward(from: y, gradient: [1, 2, 3, 4, 5, 6, 7])
    #expect(x.gradientValues == [0, 0, 0, 4, 5, 6, 0])
  }
}

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
