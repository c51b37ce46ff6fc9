import Compute
import Testing
import Threads

/// The number of threads never changes a bit. `Parallel.count` belongs to the whole process; tests that run beside this
/// one cannot notice, for the same reason.
@Suite struct DeterminismTests {
  /// Sizes that are cut into several pieces by every kernel.
  private static let large: [OperationCase] = [
    OperationCase("large add", inputs: [size, size]) { x, _ in add(x[0], x[1]) },
    OperationCase("large batch normalisation", inputs: [size, size], parameters: [[20], [20]]) { x, parameters in
      let numbers = [Float](repeating: 1, count: 20)
      let running = (
        Parameter("running_mean", shape: [20], values: numbers), Parameter("running_var", shape: [20], values: numbers)
      )
      return batchNormalization(
        x[0], weight: parameters[0], bias: parameters[1], running: running, training: true, adding: x[1],
        rectified: true)
    },
    OperationCase("large residual error", inputs: [size, size, size]) { x, _ in
      clampedResidualError(reconstruction: x[0], perturbation: x[1], target: x[2])
    },
    OperationCase("large KL divergence", inputs: [size, size]) { x, _ in klDivergence(mean: x[0], logVariance: x[1]) },
    OperationCase("large mean square", inputs: [size]) { x, _ in meanSquare(x[0]) },
    OperationCase("large mean squared error", inputs: [size, size]) { x, _ in meanSquaredError(x[0], x[1]) },
    OperationCase("large latent draw", inputs: [size, size]) { x, _ in
      let noise = NormalNumbers(seed: 1, purpose: "latent", records: Array(0..<size[0]))
      return sampleLatent(mean: x[0], logVariance: x[1], noise: .normal(noise))
    },
    OperationCase("large sigmoid of a rectifier", inputs: [size]) { x, _ in sigmoid(relu(x[0])) },
    OperationCase("large linear map", inputs: [[300, 40]], parameters: [[70, 40], [70]]) {
      linear($0[0], weight: $1[0], bias: $1[1])
    },
    OperationCase("large convolution", inputs: [[5, 30, 30, 32]], parameters: [[48, 32, 3, 3], [48]]) {
      convolution($0[0], weight: $1[0], bias: $1[1], padding: 1)
    },
    OperationCase("convolution of many channels", inputs: [[5, 14, 10, 160]], parameters: [[192, 160, 3, 3], [192]]) {
      convolution($0[0], weight: $1[0], bias: $1[1], padding: 1)
    },
    OperationCase("convolutions by one weight", inputs: [[3, 12, 10, 32]], parameters: [[32, 32, 3, 3], [32]]) {
      let weights = $1
      return (0..<5).reduce($0[0]) { x, _ in convolution(x, weight: weights[0], bias: weights[1], padding: 1) }
    },
    OperationCase(
      "one bias of two layers", inputs: [[3, 12, 10, 32]], parameters: [[24, 32, 3, 3], [24, 24], [24]]
    ) {
      linear(
        globalAveragePool(convolution($0[0], weight: $1[0], bias: $1[2], padding: 1)), weight: $1[1], bias: $1[2])
    },
    OperationCase("large transposed convolution", inputs: [[5, 30, 30, 32]], parameters: [[32, 16, 4, 4], [16]]) {
      transposedConvolution($0[0], weight: $1[0], bias: $1[1], stride: 2, padding: 1)
    },
  ]
  private static let size = [5, 30, 40, 20]

  @Test func everyOperationGivesTheSameBitsForAnyNumberOfThreads() {
    let before = Parallel.count
    defer { Parallel.count = before }
    for operation in OperationCase.all + Self.large {
      Parallel.count = 1
      let expected = operation.evaluate(slope: operation.randomSlope).bits
      for count in [2, 3, 3, 3] {
        Parallel.count = count
        #expect(operation.evaluate(slope: operation.randomSlope).bits == expected, "\(operation), \(count) threads")
      }
    }
  }
}

extension Evaluation {
  /// Every number's bits, so that −0 differs from 0 and NaN equals itself.
  var bits: [[UInt32]?] { ([result] + inputGradients + parameterGradients).map { $0?.bits } }
}

extension [Float] {
  var bits: [UInt32] { map(\.bitPattern) }
}
