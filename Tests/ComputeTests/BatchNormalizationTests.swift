import Compute
import TestSupport
import Testing

@Suite struct BatchNormalizationTests {
  static let cases: [OperationCase] = [true, false].flatMap { training in
    [[3, 7, 9, 5], [1, 7, 9, 19], [6, 33]].flatMap { shape in
      [
        operation("", shape, training: training), operation(" rectified", shape, training: training, rectified: true),
        operation(" with residual", shape, training: training, residual: true),
        operation(" with residual, rectified", shape, training: training, residual: true, rectified: true),
        operation(" rectified up to 0.75", shape, training: training, rectified: true, ceiling: 0.75),
      ]
    }
  }

  private static func operation(
    _ words: String, _ shape: [Int], training: Bool, residual: Bool = false, rectified: Bool = false,
    ceiling: Float = .infinity
  ) -> OperationCase {
    let channels = shape.last ?? 0
    let name = "batch normalisation \(training ? "training" : "evaluation") \(shape)\(words)"
    let running = (
      NumberArray.uniform([channels], "running mean"), NumberArray.uniform([channels], "running variance", 0.5, 1.5)
    )
    let plain = OperationCase(
      name, inputs: residual ? [shape, shape] : [shape], parameters: [[channels], [channels]], step: 1.0 / 256
    ) { x, parameters in
      batchNormalization(
        x[0], weight: parameters[0], bias: parameters[1],
        running: (
          Parameter("running_mean", shape: [channels], values: running.0.floats),
          Parameter("running_var", shape: [channels], values: running.1.floats)
        ), training: training, adding: residual ? x[1] : nil, rectified: rectified,
        ceiling: ceiling)
    }
    return rectified ? plain.rectified(ceiling: ceiling) : plain
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    let layer = BatchNormalization(channels: 16, initializer: Initializer(seed: 0, purpose: "test"))
    try Golden.expectAgreement("batch_norm_train", parameters: ["weight", "bias"]) { x, parameters in
      batchNormalization(
        x, weight: parameters[0], bias: parameters[1], running: (layer.runningMean, layer.runningVariance),
        training: true)
    }
    for (parameter, name) in [(layer.runningMean, "running_mean"), (layer.runningVariance, "running_var")] {
      let reference = try Golden.tensor("batch_norm_train.buffer.\(name)")
      expectClose(parameter.values, reference, within: Golden.tolerance, name)
    }
  }

  /// The definition in double precision, at a size of many pieces, for numbers far from zero.
  @Test(arguments: [Float(0.5), 1000]) func equalsItsDefinition(_ offset: Float) {
    let (rows, channels) = (7 * 9 * 31, 19)
    let x = NumberArray.uniform([31, 7, 9, channels], "x").floats.map { $0 + offset }
    let residual = NumberArray.uniform([31, 7, 9, channels], "residual").floats
    let layer = layer(channels)
    let (weight, bias) = (layer.weight.values, layer.bias.values)
    let shape = [31, 7, 9, channels]
    let y = layer(Tensor(x, shape: shape), training: true, adding: Tensor(residual, shape: shape), rectified: true)
    var expected = [Double](repeating: 0, count: x.count)
    var (means, variances) = ([Double](), [Double]())
    for c in 0..<channels {
      let values = (0..<rows).map { Double(x[$0 * channels + c]) }
      let mean = values.reduce(0, +) / Double(rows)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      for (row, value) in values.enumerated() {
        let normal = (value - mean) / (variance + 1e-5).squareRoot() * Double(weight[c]) + Double(bias[c])
        expected[row * channels + c] = max(0, normal + Double(residual[row * channels + c]))
      }
      means.append(0.9 * 0 + 0.1 * mean)
      variances.append(0.9 * 1 + 0.1 * variance * Double(rows) / Double(rows - 1))
    }
    // A large offset costs the mean a few of its float's bits, and nothing else.
    expectClose(y.values, expected, within: offset < 1 ? 1e-6 : 1e-4, "y")
    expectClose(layer.runningMean.values, means, within: 1e-6, "running mean")
    expectClose(layer.runningVariance.values, variances, within: 1e-6, "running variance")
  }

  @Test func evaluationUsesTheRunningNumbersAndLeavesThemAlone() {
    let layer = layer(5)
    layer.runningMean.values = [1, -1, 0.5, 0, 2]
    layer.runningVariance.values = [1, 4, 0.25, 2, 9]
    let x = NumberArray.uniform([2, 3, 5, 5], "x")
    let y = layer(Tensor(x.floats, shape: x.shape), training: false)
    let expected = x.doubles.enumerated().map { index, value in
      let c = index % 5
      let (mean, variance) = (Double(layer.runningMean.values[c]), Double(layer.runningVariance.values[c]))
      return (value - mean) / (variance + 1e-5).squareRoot() * Double(layer.weight.values[c])
        + Double(layer.bias.values[c])
    }
    expectClose(y.values, expected, within: 1e-6, "y")
    #expect(layer.runningMean.values == [1, -1, 0.5, 0, 2])
    #expect(layer.runningVariance.values == [1, 4, 0.25, 2, 9])
  }

  @Test func oneRowIsItsOwnMean() {
    let layer = layer(5)
    let y = layer(Tensor([1, 2, 3, 4, 5], shape: [1, 5]), training: true)
    #expect(y.values == layer.bias.values)
    #expect(layer.runningVariance.values.allSatisfy { $0 == 0.9 })
  }

  @Test func notANumberStaysNotANumber() {
    let y = layer(5)(Tensor([1, 2, .nan, 4, 5, 1, 2, 3, 4, 5], shape: [2, 5]), training: true, rectified: true)
    #expect(y.values.enumerated().allSatisfy { $1.isNaN == ($0 % 5 == 2) })
  }

  private func layer(_ channels: Int) -> BatchNormalization {
    let layer = BatchNormalization(channels: channels, initializer: Initializer(seed: 0, purpose: "test"))
    layer.weight.values = NumberArray.uniform([channels], "weight", 0.5, 1.5).floats
    layer.bias.values = NumberArray.uniform([channels], "bias").floats
    return layer
  }
}
