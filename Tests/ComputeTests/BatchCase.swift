import Compute
import TestSupport

/// One operation on a batch of any size, or on some records of it.
struct BatchCase: Sendable, CustomStringConvertible {
  /// What the result is: of each record, or one number of the batch.
  enum Result { case records, loss }

  let name: String
  /// The shape of one record of every input.
  let inputs: [[Int]]
  let parameters: [[Int]]
  let result: Result
  /// Whether a record's result and its gradient depend on no other record.
  let keepsRecordsApart: Bool
  let apply: @Sendable (_ inputs: [Tensor], _ parameters: [Parameter], _ records: Range<Int>) -> Tensor

  var description: String { name }

  init(
    _ name: String, _ inputs: [[Int]], parameters: [[Int]] = [], result: Result = .records,
    keepsRecordsApart: Bool = true,
    apply: @escaping @Sendable (_ inputs: [Tensor], _ parameters: [Parameter], _ records: Range<Int>) -> Tensor
  ) {
    (self.name, self.inputs, self.parameters, self.apply) = (name, inputs, parameters, apply)
    (self.result, self.keepsRecordsApart) = (result, keepsRecordsApart && result == .records)
  }

  /// Runs the operation and its backward pass on some records of a batch of `size`.
  func evaluate(_ records: Range<Int>, of size: Int, _ communicator: any Communicator = SingleProcess()) -> Evaluation {
    let tape = Tape(communicator: communicator)
    let tensors = inputs.enumerated().map { index, shape in
      Tensor(slice(shape, "input \(index)", records, of: size), shape: [records.count] + shape, tape: tape)
    }
    let weights = parameters.enumerated().map {
      Parameter("\($0)", shape: $1, values: NumberArray.uniform($1, "\(name) parameter \($0)").floats)
    }
    let y = apply(tensors, weights, records)
    tape.backward(from: y, gradient: result == .loss ? [1] : slice(Array(y.shape[1...]), "slope", records, of: size))
    return Evaluation(
      shape: y.shape, result: y.values, inputGradients: tensors.map(\.gradientValues),
      parameterGradients: weights.map(\.gradientValues))
  }

  private func slice(_ shape: [Int], _ purpose: String, _ records: Range<Int>, of size: Int) -> [Float] {
    let length = shape.reduce(1, *)
    let all = NumberArray.uniform([size] + shape, "\(name) \(purpose)").floats
    return Array(all[records.lowerBound * length..<records.upperBound * length])
  }
}

extension BatchCase {
  /// Every operation, and of each every way in which it is computed.
  static let all: [BatchCase] = convolutions + normalizations + losses + others

  /// Small and large filters, parts of several blocks, few channels, strides.
  private static let convolutions: [BatchCase] =
    [
      convolution(8, 16, 16), convolution(40, 16, 16, size: 50), convolution(4, 160, 192), convolution(7, 3, 20),
      convolution(24, 96, 96, size: 46), convolution(40, 120, 128, stride: 2),
      convolution(8, 16, 32, kernel: 4, stride: 2),
      convolution(8, 160, 192, kernel: 4, stride: 2), convolution(8, 16, 18, stride: 2),
      convolution(5, 12, 17, kernel: 1, padding: 0), convolution(8, 5, 6, kernel: 7, stride: 2, padding: 3),
      convolution(2, 512, 520, kernel: 2, padding: 1),
    ]
    + [(16, 32, 4, 2), (32, 3, 3, 1)].map { (inputs: Int, outputs: Int, kernel: Int, stride: Int) in
      BatchCase(
        "transposed convolution \(inputs) to \(outputs)", [[6, 6, inputs]],
        parameters: [[inputs, outputs, kernel, kernel], [outputs]]
      ) { x, w, _ in transposedConvolution(x[0], weight: w[0], bias: w[1], stride: stride, padding: 1) }
    }
    + [1, 2].map { stride in
      BatchCase("depthwise convolution, stride \(stride)", [[7, 9, 19]], parameters: [[19, 1, 3, 3]]) { x, w, _ in
        depthwiseConvolution(x[0], weight: w[0], stride: stride)
      }
    }

  private static func convolution(
    _ height: Int, _ inputs: Int, _ outputs: Int, size width: Int? = nil, kernel: Int = 3, stride: Int = 1,
    padding: Int = 1
  ) -> BatchCase {
    let width = width ?? height
    return BatchCase(
      "convolution \(height)×\(width)×\(inputs) to \(outputs), kernel \(kernel), stride \(stride)",
      [[height, width, inputs]], parameters: [[outputs, inputs, kernel, kernel], [outputs]]
    ) { x, w, _ in Compute.convolution(x[0], weight: w[0], bias: w[1], stride: stride, padding: padding) }
  }

  private static let normalizations: [BatchCase] =
    [true, false].flatMap { training in
      [(shape: [7, 9, 5], residual: false), ([20, 20, 19], true), ([33], false)].map { shape, residual in
        let channels = shape[shape.count - 1]
        return BatchCase(
          "batch normalisation \(training ? "training" : "evaluation") \(shape)", residual ? [shape, shape] : [shape],
          parameters: [[channels], [channels]], keepsRecordsApart: !training
        ) { x, w, _ in
          let ones = [Float](repeating: 1, count: channels)
          let running = (
            Parameter("running_mean", shape: [channels], values: ones),
            Parameter("running_var", shape: [channels], values: ones)
          )
          return batchNormalization(
            x[0], weight: w[0], bias: w[1], running: running, training: training, adding: residual ? x[1] : nil,
            rectified: true)
        }
      }
    } + [BatchCase("instance normalisation", [[7, 9, 19]]) { x, _, _ in instanceNormalization(x[0], rectified: true) }]

  private static let losses: [BatchCase] = [
    BatchCase("mean squared error", [[20, 50, 50], [20, 50, 50]], result: .loss) { x, _, _ in
      meanSquaredError(x[0], x[1])
    },
    BatchCase("mean square", [[7, 9, 5]], result: .loss) { x, _, _ in meanSquare(x[0]) },
    BatchCase("mean square, held up by a floor", [[7, 9, 5]], result: .loss) { x, _, _ in atLeast(meanSquare(x[0]), 0.3)
    },
    BatchCase("residual error", [[7, 9, 5], [7, 9, 5], [7, 9, 5]], result: .loss) { x, _, _ in
      clampedResidualError(reconstruction: x[0], perturbation: x[1], target: x[2])
    },
    BatchCase("KL divergence", [[7, 9, 5], [7, 9, 5]], result: .loss) { x, _, _ in
      klDivergence(mean: x[0], logVariance: x[1])
    },
    BatchCase("cross-entropy", [[19]], result: .loss) { x, _, records in
      crossEntropy(x[0], labels: records.map { $0 * 7 % 19 })
    },
  ]

  private static let others: [BatchCase] = [
    BatchCase("linear", [[37]], parameters: [[10, 37], [10]]) { x, w, _ in linear(x[0], weight: w[0], bias: w[1]) },
    BatchCase("class embedding", [[3, 5, 7]], parameters: [[4, 105]]) { x, w, records in
      classEmbedding(x[0], table: w[0], labels: records.map { $0 * 3 % 5 % 3 })
    },
    BatchCase("addition", [[7, 5], [7, 5]]) { x, _, _ in add(x[0], scaled(x[1], by: 3)) },
    BatchCase("sigmoid of a rectifier", [[7, 5]]) { x, _, _ in sigmoid(relu(x[0])) },
    BatchCase("latent draw", [[7, 9, 5], [7, 9, 5]]) { x, _, records in
      let noise = NormalNumbers(seed: 1, purpose: "latent", records: Array(records))
      return sampleLatent(mean: x[0], logVariance: x[1], noise: .normal(noise))
    },
    BatchCase("maximum pool", [[7, 9, 5]]) { x, _, _ in maximumPool(x[0]) },
    BatchCase("global average pool", [[7, 9, 19]]) { x, _, _ in globalAveragePool(x[0]) },
    BatchCase("cosine transform", [[7, 9, 3]]) { x, _, _ in cosineTransform(x[0]) },
  ]
}
