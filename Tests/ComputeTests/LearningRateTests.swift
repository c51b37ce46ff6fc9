import Compute
import TestSupport
import Testing

@Suite struct LearningRateTests {
  // s = torch.optim.lr_scheduler.CosineAnnealingLR(torch.optim.SGD([p], lr=0.1), T_max=5)
  // for _ in range(6): print(o.param_groups[0]["lr"]); o.step(); s.step()
  @Test func fallsAlongHalfACosine() {
    let rates = (0..<6).map { cosineRate(epoch: $0, of: 5, base: 0.1) }
    let expected = [0.1, 0.09045084971874738, 0.06545084971874737, 0.03454915028125263, 0.009549150281252633, 0]
    expectClose(rates, expected, within: 1e-7, "rates")
    #expect(rates[0] == 0.1 && rates[5] == 0)
  }

  @Test func risesEvenly() {
    #expect((1...5).map { warmUpShare(step: $0, of: 4) } == [0.25, 0.5, 0.75, 1, 1])
    #expect(warmUpShare(step: 1, of: 0) == 1)
  }
}
