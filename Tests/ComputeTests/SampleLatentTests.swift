import Compute
import TestSupport
import Testing

@Suite struct SampleLatentTests {
  static let cases: [OperationCase] = [[3, 7, 9, 5], [1, 2, 1, 19]].map { shape in
    OperationCase("latent draw \(shape)", inputs: [shape, shape]) { x, _ in
      let noise = NumberArray.uniform(shape, "noise", -2, 2)
      return sampleLatent(mean: x[0], logVariance: x[1], noise: Tensor(noise.floats, shape: shape))
    }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func equalsItsDefinition() {
    let shape = [3, 7, 9, 5]
    let (mean, spread) = (NumberArray.uniform(shape, "mean"), NumberArray.uniform(shape, "log variance", -9, 3))
    let noise = NumberArray.uniform(shape, "noise", -4, 4)
    let z = sampleLatent(
      mean: Tensor(mean.floats, shape: shape), logVariance: Tensor(spread.floats, shape: shape),
      noise: Tensor(noise.floats, shape: shape))
    let expected = mean.doubles.indices.map {
      mean.doubles[$0] + exponential(spread.doubles[$0] / 2) * noise.doubles[$0]
    }
    expectClose(z.values, expected, within: 1e-6, "z")
  }
}
