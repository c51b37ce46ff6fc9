import TestSupport
import Testing

@testable import Compute

/// A stack that is read before and after it grows, as a dense block reads it.
@Suite struct FeatureStackTests {
  static let cases: [OperationCase] = [true, false].flatMap { training in
    [([3, 5, 4], (5, 3)), ([1, 2, 3], (16, 19))].map { size, channels in
      OperationCase(
        "stack of \(channels) at \(size), \(training ? "training" : "evaluation")",
        values: [.uniform(size + [channels.0], "early"), .uniform(size + [channels.1], "late")],
        parameters: parameters(channels), step: 1.0 / 256
      ) { stacked($0, $1, training: training) }
    }
  }

  /// γ, β and filters of the first reader, then of the second. With these β no number comes near the rectifier's kink.
  private static func parameters(_ channels: (Int, Int)) -> [NumberArray] {
    [channels.0, channels.0 + channels.1].flatMap { count -> [NumberArray] in
      [
        .uniform([count], "gain \(count)", 0.5, 1), .uniform([count], "bias \(count)", 4, 5),
        .uniform([4, count, 1, 1], "filters \(count)"),
      ]
    }
  }

  private static func running(_ channels: Int) -> (mean: Parameter, variance: Parameter) {
    (
      Parameter("running_mean", shape: [channels], values: NumberArray.uniform([channels], "running mean").floats),
      Parameter(
        "running_var", shape: [channels], values: NumberArray.uniform([channels], "running variance", 0.5, 1.5).floats)
    )
  }

  private static func stacked(_ x: [Tensor], _ parameters: [Parameter], training: Bool) -> Tensor {
    let stack = FeatureStack(x[0], growth: x[1].shape[3], training: training)
    func read(_ place: Int) -> Tensor {
      normalizedConvolution(
        stack, gain: parameters[place], bias: parameters[place + 1], running: running(parameters[place].count),
        weight: parameters[place + 2])
    }
    let early = read(0)
    stack.push(x[1])
    return add(early, read(3))
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  /// The later channels stand in front, and what is read is what batch normalisation and convolution make of them.
  @Test(arguments: [true, false]) func equalsNormalisationAndConvolution(_ training: Bool) {
    let (size, first, second) = ([3, 5, 4], 5, 3)
    let early = NumberArray.uniform(size + [first], "early").floats
    let late = NumberArray.uniform(size + [second], "late").floats
    var whole: [Float] = []
    for pixel in 0..<60 {
      whole += late[pixel * second..<(pixel + 1) * second]
      whole += early[pixel * first..<(pixel + 1) * first]
    }
    func parameter(_ name: String, _ shape: [Int]) -> Parameter {
      Parameter(name, shape: shape, values: NumberArray.uniform(shape, name).floats)
    }
    let (gain, bias, weight) = (parameter("gain", [8]), parameter("bias", [8]), parameter("weight", [4, 8, 1, 1]))
    let (ours, theirs) = (Self.running(8), Self.running(8))
    let stack = FeatureStack(Tensor(early, shape: size + [first]), growth: second, training: training)
    stack.push(Tensor(late, shape: size + [second]))
    let found = normalizedConvolution(stack, gain: gain, bias: bias, running: ours, weight: weight)
    let normal = batchNormalization(
      Tensor(whole, shape: size + [8]), weight: gain, bias: bias, running: theirs, training: training, rectified: true)
    let expected = convolution(normal, weight: weight)
    #expect(found.shape == expected.shape && found.values == expected.values)
    #expect(ours.mean.values == theirs.mean.values && ours.variance.values == theirs.variance.values)
    let all = normalized(stack, gain: gain, bias: bias, running: Self.running(8))
    if !training { #expect(all.values == normal.values) }
  }

  @Test func allOfAStackIsReadAsOneTensor() {
    let tape = Tape()
    let x = NumberArray.uniform([2, 3, 3, 4], "x")
    let ones = Parameter("gain", shape: [4], values: [1, 1, 1, 1])
    let zeros = Parameter("bias", shape: [4], values: [0, 0, 0, 0])
    func gradient(_ read: (Tensor) -> Tensor) -> [Float]? {
      let input = Tensor(x.floats, shape: x.shape, tape: tape)
      let y = read(input)
      tape.backward(from: y, gradient: NumberArray.uniform(y.shape, "slope").floats)
      return input.gradientValues
    }
    let found = gradient { input in
      normalized(
        FeatureStack(input, growth: 0, training: true), gain: ones, bias: zeros, running: Self.running(4))
    }
    let expected = gradient { input in
      batchNormalization(
        input, weight: ones, bias: zeros, running: Self.running(4), training: true, rectified: true)
    }
    #expect(found != nil && found == expected)
  }
}
