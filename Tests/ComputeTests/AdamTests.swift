import Compute
import TestSupport
import Testing

@Suite struct AdamTests {
  private static let gradients: [[Float]] = [[0.1, -2, 3], [-0.5, 0.25, 1e-4], [4, -1, 0]]

  // p = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
  // o = torch.optim.Adam([p], lr=0.01)
  // for g in [[0.1, -2.0, 3.0], [-0.5, 0.25, 1e-4], [4.0, -1.0, 0.0]]:
  //   p.grad = torch.tensor(g); o.step(); print(p)
  private static let plain: [[Double]] = [
    [0.990000010, -1.99000001, 0.490000010],
    [0.995983541, -1.98427463, 0.483299166],
    [0.990231216, -1.97746944, 0.478119403],
  ]

  // The same with torch.optim.Adam([p], lr=0.01, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1)
  private static let decayed: [[Double]] = [
    [0.990049779, -1.99000454, 0.490003288],
    [0.994255602, -1.98389149, 0.483579069],
    [0.987566829, -1.97660863, 0.478811979],
  ]

  @Test func stepsArePyTorchs() {
    let parameter = Parameter.row([1, -2, 0.5])
    let adam = Adam([parameter])
    for (gradient, expected) in zip(Self.gradients, Self.plain) {
      parameter.receive(gradient)
      adam.step(learningRate: 0.01)
      expectClose(parameter.values, expected, within: 1e-7, "weights")
    }
  }

  @Test func stepsWithOtherRatesAndDecayArePyTorchs() {
    let parameter = Parameter.row([1, -2, 0.5])
    let adam = Adam([parameter], decayRates: (0.8, 0.99), epsilon: 1e-3, weightDecay: 0.1)
    for (gradient, expected) in zip(Self.gradients, Self.decayed) {
      parameter.receive(gradient)
      adam.step(learningRate: 0.01)
      expectClose(parameter.values, expected, within: 1e-7, "weights")
    }
  }

  /// So many numbers that they are cut into pieces, with a broken vector at the end.
  @Test func everyElementOfALongParameterMoves() {
    let count = 40_003
    let (values, gradient) = (NumberArray.uniform([count], "values"), NumberArray.uniform([count], "gradient"))
    let parameter = Parameter.row(values.floats)
    parameter.receive(gradient.floats)
    Adam([parameter]).step(learningRate: 0.5)
    // After one step m/(1 − β₁) is the gradient and √(v/(1 − β₂)) its size.
    let moves = zip(parameter.values, values.floats).map { $0 - $1 }
    expectClose(moves, gradient.doubles.map { -0.5 * $0 / (abs($0) + 1e-8) }, within: 1e-6, "moves")
  }

  @Test func aParameterWithoutGradientIsLeftAlone() {
    let (moved, left) = (Parameter.row([1, 2]), Parameter.row([3, 4]))
    let adam = Adam([left, moved])
    moved.receive([1, 1])
    adam.step(learningRate: 0.1)
    #expect(left.values == [3, 4])
    #expect(moved.values != [1, 2])
    #expect(adam.state.map(\.steps) == [0, 1])
    left.receive([-1, -1])
    adam.step(learningRate: 0.1)
    expectClose(left.values, [3.1, 4.1], within: 1e-7, "its first step has the first step's correction")
  }

  @Test func theStateContinuesWhereItStopped() {
    func run(stopping: Bool) -> [Float] {
      let parameter = Parameter.row([1, -2, 0.5])
      var adam = Adam([parameter])
      for (index, gradient) in Self.gradients.enumerated() {
        if stopping, index == 2 {
          let state = adam.state
          adam = Adam([parameter])
          adam.state = state
        }
        parameter.receive(gradient)
        adam.step(learningRate: 0.01)
      }
      return parameter.values
    }
    #expect(run(stopping: true) == run(stopping: false))
  }

  @Test func notANumberShows() {
    let parameter = Parameter.row([1, 2])
    parameter.receive([.nan, 1])
    Adam([parameter]).step(learningRate: 0.1)
    #expect(parameter.values[0].isNaN && parameter.values[1].isFinite)
  }
}
