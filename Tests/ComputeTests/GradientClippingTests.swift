import Compute
import TestSupport
import Testing

@Suite struct GradientClippingTests {
  // a, b = torch.nn.Parameter(torch.zeros(2)), torch.nn.Parameter(torch.zeros(3))
  // a.grad, b.grad = torch.tensor([3.0, -4.0]), torch.tensor([0.5, 12.0, -1.0])
  // print(torch.nn.utils.clip_grad_norm_([a, b], 5.0), a.grad, b.grad)
  @Test func scalesAllGradientsTogether() {
    let (a, b, without) = (Parameter.row([0, 0]), Parameter.row([0, 0, 0]), Parameter.row([1]))
    a.receive([3, -4])
    b.receive([0.5, 12, -1])
    expectClose([clipGradientNorm([a, without, b], to: 5)], [13.047987937927246], within: 1e-7, "norm")
    expectClose(a.gradientValues, [1.14960241, -1.5328033], within: 1e-7, "a")
    expectClose(b.gradientValues, [0.191600412, 4.59840965, -0.383200824], within: 1e-7, "b")
    #expect(without.gradientValues == nil)
  }

  @Test func leavesSmallGradientsAlone() {
    let a = Parameter.row([0, 0])
    a.receive([3, -4])
    #expect(clipGradientNorm([a], to: 50) == 5)
    #expect(a.gradientValues == [3, -4])
  }

  @Test func longGradientsAreSummedWhole() {
    let values = NumberArray.uniform([100_003], "gradient")
    let a = Parameter.row([Float](repeating: 0, count: 100_003))
    a.receive(values.floats)
    let norm = values.doubles.reduce(0) { $0 + $1 * $1 }.squareRoot()
    expectClose([clipGradientNorm([a], to: 1)], [norm], within: 1e-6, "norm")
    expectClose(a.gradientValues, values.doubles.map { $0 / norm }, within: 1e-6, "gradient")
  }

  /// A gradient that is not finite must not be scaled away: whoever looks at the norm or at the weights sees it.
  @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNotFiniteShows(_ value: Float) {
    let (a, b) = (Parameter.row([0, 0]), Parameter.row([0]))
    a.receive([1, 2])
    b.receive([value])
    #expect(!clipGradientNorm([a, b], to: 5).isFinite)
    #expect(b.gradientValues?.first?.isNaN == true)
    // As in PyTorch, one NaN spoils every gradient; beside an infinite one the others vanish.
    #expect(a.gradientValues?.allSatisfy { value.isNaN ? $0.isNaN : $0 == 0 } == true)
  }

  @Test func withoutGradientsTheNormIsZero() {
    #expect(clipGradientNorm([Parameter.row([1])], to: 5) == 0)
  }
}
