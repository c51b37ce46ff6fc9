import Compute
import TestSupport
import Testing

@Suite struct SampleLatentTests {
  static let cases: [OperationCase] = [[3, 7, 9, 5], [1, 2, 1, 19]].map { shape in
    OperationCase("latent draw \(shape)", inputs: [shape, shape]) { x, _ in
      let noise = NumberArray.uniform(shape, "noise", -2, 2)
      return sampleLatent(mean: x[0], logVariance: x[1], noise: .given(Tensor(noise.floats, shape: shape)))
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
      noise: .given(Tensor(noise.floats, shape: shape)))
    let expected = mean.doubles.indices.map {
      mean.doubles[$0] + exponential(spread.doubles[$0] / 2) * noise.doubles[$0]
    }
    expectClose(z.values, expected, within: 1e-6, "z")
  }

  /// Records of several of the kernel's groups and a part of one, and of several pieces.
  @Test(arguments: [70, 2048 + 100]) func drawsTheNumbersOfEveryRecord(_ length: Int) {
    let (shape, records) = ([3, length], [7, 8, -1])
    let (mean, spread) = (NumberArray.uniform(shape, "mean"), NumberArray.uniform(shape, "log variance", -9, 3))
    func draw(_ noise: Noise) -> [Float] {
      sampleLatent(
        mean: Tensor(mean.floats, shape: shape), logVariance: Tensor(spread.floats, shape: shape), noise: noise
      ).values
    }
    let numbers = records.flatMap { normalNumbers(count: length, seed: 1, purpose: "latent", record: $0, step: 2) }
    let drawn = draw(.normal(NormalNumbers(seed: 1, purpose: "latent", records: records, step: 2)))
    #expect(drawn == draw(.given(Tensor(numbers, shape: shape))))
  }
}
