import Compute
import TestSupport
import Testing

@Suite struct SGDTests {
  private static let gradients: [[Float]] = [[0.1, -2, 3], [-0.5, 0.25, 1e-4], [4, -1, 0]]

  // p = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
  // o = torch.optim.SGD([p], lr=0.1)
  // for g in [[0.1, -2.0, 3.0], [-0.5, 0.25, 1e-4], [4.0, -1.0, 0.0]]:
  //   p.grad = torch.tensor(g); o.step(); print(p)
  private static let plain: [[Double]] = [
    [0.990000010, -1.79999995, 0.199999988],
    [1.03999996, -1.82499993, 0.199989989],
    [0.639999986, -1.7249999, 0.199989989],
  ]

  // The same with torch.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.05)
  private static let withMomentum: [[Double]] = [
    [0.985000014, -1.78999996, 0.19749999],
    [1.01657498, -1.61704993, -0.0757475197],
    [0.639909565, -1.35330975, -0.321291566],
  ]

  @Test func stepsArePyTorchs() {
    let parameter = Parameter.row([1, -2, 0.5])
    let sgd = SGD([parameter])
    for (gradient, expected) in zip(Self.gradients, Self.plain) {
      parameter.receive(gradient)
      sgd.step(learningRate: 0.1)
      expectClose(parameter.values, expected, within: 1e-7, "weights")
    }
  }

  @Test func stepsWithMomentumAndDecayArePyTorchs() {
    let parameter = Parameter.row([1, -2, 0.5])
    let sgd = SGD([parameter], momentum: 0.9, weightDecay: 0.05)
    for (gradient, expected) in zip(Self.gradients, Self.withMomentum) {
      parameter.receive(gradient)
      sgd.step(learningRate: 0.1)
      expectClose(parameter.values, expected, within: 1e-7, "weights")
    }
  }

  @Test func aParameterWithoutGradientIsLeftAlone() {
    let (moved, left) = (Parameter.row([1, 2]), Parameter.row([3, 4]))
    let sgd = SGD([left, moved], momentum: 0.9, weightDecay: 0.1)
    moved.receive([1, 1])
    sgd.step(learningRate: 0.1)
    #expect(left.values == [3, 4])
    #expect(moved.values != [1, 2])
  }

  @Test func theStateContinuesWhereItStopped() {
    func run(stopping: Bool) -> [Float] {
      let parameter = Parameter.row([1, -2, 0.5])
      var sgd = SGD([parameter], momentum: 0.9)
      for (index, gradient) in Self.gradients.enumerated() {
        if stopping, index == 1 {
          let state = sgd.state
          sgd = SGD([parameter], momentum: 0.9)
          sgd.state = state
        }
        parameter.receive(gradient)
        sgd.step(learningRate: 0.1)
      }
      return parameter.values
    }
    #expect(run(stopping: true) == run(stopping: false))
  }
}
