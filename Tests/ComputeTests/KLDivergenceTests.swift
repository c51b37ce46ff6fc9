import Compute
import TestSupport
import Testing

@Suite struct KLDivergenceTests {
  static let cases: [OperationCase] = [[3, 7, 9, 5], [1, 2, 1, 19]].map { shape in
    OperationCase("KL divergence \(shape)", inputs: [shape, shape]) { x, _ in
      klDivergence(mean: x[0], logVariance: x[1])
    }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    let (mu, logVariance) = (try Golden.tensor("kld.mu"), try Golden.tensor("kld.log_var"))
    let tape = Tape()
    let (m, v) = (
      Tensor(mu.floats, shape: mu.shape, tape: tape),
      Tensor(logVariance.floats, shape: logVariance.shape, tape: tape)
    )
    let divergence = klDivergence(mean: m, logVariance: v)
    tape.backward(from: divergence)
    expectClose(divergence.values, try Golden.tensor("kld.out.f64"), within: Golden.tolerance, "divergence")
    expectClose(m.gradientValues, try Golden.tensor("kld.dmu.f64"), within: Golden.tolerance, "dμ")
    expectClose(v.gradientValues, try Golden.tensor("kld.dlog_var.f64"), within: Golden.tolerance, "dv")
  }

  @Test func theStandardNormalHasNone() {
    let zero = Tensor([Float](repeating: 0, count: 45), shape: [1, 3, 3, 5])
    #expect(klDivergence(mean: zero, logVariance: zero).scalar == 0)
  }
}
