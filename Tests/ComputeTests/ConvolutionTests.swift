import Random
import Testing

@testable import Compute

@Suite struct ConvolutionTests {
  /// Shapes for every algorithm: whole and broken tiles, odd sizes, channels that fill no vector, few pictures and many.
  static let shapes: [NaiveConvolution] = [
    .init(batch: 2, height: 8, width: 8, inputs: 16, outputs: 16, kernel: 3, stride: 1, padding: 1),
    .init(batch: 3, height: 7, width: 9, inputs: 16, outputs: 48, kernel: 3, stride: 1, padding: 1),
    .init(batch: 1, height: 1, width: 1, inputs: 16, outputs: 32, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 4, width: 5, inputs: 160, outputs: 192, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 13, outputs: 33, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 3, outputs: 20, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 9, width: 7, inputs: 1, outputs: 5, kernel: 3, stride: 1, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 16, outputs: 18, kernel: 3, stride: 2, padding: 1),
    .init(batch: 2, height: 8, width: 6, inputs: 11, outputs: 24, kernel: 3, stride: 2, padding: 1),
    .init(batch: 2, height: 7, width: 9, inputs: 12, outputs: 40, kernel: 1, stride: 1, padding: 0),
    .init(batch: 2, height: 7, width: 9, inputs: 12, outputs: 17, kernel: 1, stride: 2, padding: 0),
    .init(batch: 20, height: 8, width: 6, inputs: 16, outputs: 9, kernel: 4, stride: 2, padding: 1),
    .init(batch: 1, height: 14, width: 13, inputs: 5, outputs: 6, kernel: 7, stride: 2, padding: 3),
  ]

  /// Numbers uniform in [−1, 1).
  static func numbers(_ count: Int, _ purpose: String) -> [Float] {
    var random = RandomStream(seed: 3, purpose: purpose)
    return (0..<count).map { _ in random.uniform(-1, 1) }
  }

  @Test(arguments: shapes) func convolutionEqualsItsDefinition(_ naive: NaiveConvolution) throws {
    let x = Self.numbers(naive.inputCount, "x")
    let w = Self.numbers(naive.weightCount, "w")
    let dy = Self.numbers(naive.outputCount, "dy")
    let b = Self.numbers(naive.outputs, "b")
    let tape = Tape()
    let input = Tensor(x, shape: naive.inputShape, tape: tape)
    let weight = Parameter("weight", shape: [naive.outputs, naive.inputs, naive.kernel, naive.kernel], values: w)
    let bias = Parameter("bias", shape: [naive.outputs], values: b)
    let y = convolution(input, weight: weight, bias: bias, stride: naive.stride, padding: naive.padding)
    #expect(y.shape == naive.outputShape)
    let expected = naive.forward(x: x, weight: w).enumerated().map { $1 + Double(b[$0 % naive.outputs]) }
    #expect(distance(y.values, expected) < 1e-5)

    tape.backward(from: y, gradient: dy)
    #expect(distance(try #require(input.gradientValues), naive.adjoint(dy: dy, weight: w)) < 1e-5)
    #expect(distance(try #require(weight.gradientValues), naive.weightGradient(x: x, dy: dy)) < 1e-5)
    var biasGradient = [Double](repeating: 0, count: naive.outputs)
    for (index, value) in dy.enumerated() { biasGradient[index % naive.outputs] += Double(value) }
    #expect(distance(try #require(bias.gradientValues), biasGradient) < 1e-5)
  }

  @Test(arguments: shapes) func transposedConvolutionIsTheAdjoint(_ naive: NaiveConvolution) throws {
    // Where the stride does not divide the picture, the transposed convolution gives a smaller one: shrink to fit.
    var naive = naive
    naive.height = (naive.outputHeight - 1) * naive.stride - 2 * naive.padding + naive.kernel
    naive.width = (naive.outputWidth - 1) * naive.stride - 2 * naive.padding + naive.kernel
    guard naive.height > 0, naive.width > 0 else { return }
    let x = Self.numbers(naive.outputCount, "x")
    let w = Self.numbers(naive.weightCount, "w")
    let dy = Self.numbers(naive.inputCount, "dy")
    let b = Self.numbers(naive.inputs, "b")
    let tape = Tape()
    let input = Tensor(x, shape: naive.outputShape, tape: tape)
    let weight = Parameter("weight", shape: [naive.outputs, naive.inputs, naive.kernel, naive.kernel], values: w)
    let bias = Parameter("bias", shape: [naive.inputs], values: b)
    let y = transposedConvolution(input, weight: weight, bias: bias, stride: naive.stride, padding: naive.padding)
    #expect(y.shape == naive.inputShape)
    let expected = naive.adjoint(dy: x, weight: w).enumerated().map { $1 + Double(b[$0 % naive.inputs]) }
    #expect(distance(y.values, expected) < 1e-5)

    tape.backward(from: y, gradient: dy)
    #expect(distance(try #require(input.gradientValues), naive.forward(x: dy, weight: w)) < 1e-5)
    #expect(distance(try #require(weight.gradientValues), naive.weightGradient(x: dy, dy: x)) < 1e-5)
  }

  @Test(arguments: shapes) func gradientsAddUp(_ naive: NaiveConvolution) throws {
    let x = Self.numbers(naive.inputCount, "x")
    let w = Self.numbers(naive.weightCount, "w")
    let dy = Self.numbers(naive.outputCount, "dy")
    let weight = Parameter("weight", shape: [naive.outputs, naive.inputs, naive.kernel, naive.kernel], values: w)
    let tape = Tape()
    let input = Tensor(x, shape: naive.inputShape, tape: tape)
    let first = convolution(input, weight: weight, stride: naive.stride, padding: naive.padding)
    let second = convolution(input, weight: weight, stride: naive.stride, padding: naive.padding)
    first.addGradient(sharing: Storage(dy))
    tape.backward(from: second, gradient: dy)
    let twice = { (values: [Double]) in values.map { 2 * $0 } }
    #expect(distance(try #require(input.gradientValues), twice(naive.adjoint(dy: dy, weight: w))) < 1e-5)
    #expect(distance(try #require(weight.gradientValues), twice(naive.weightGradient(x: x, dy: dy))) < 1e-5)
  }

  /// The norm of the difference relative to the reference's norm.
  private func distance(_ values: [Float], _ reference: [Double]) -> Double {
    guard values.count == reference.count else { return .infinity }
    var (difference, norm) = (0.0, 0.0)
    for (value, expected) in zip(values, reference) {
      difference += (Double(value) - expected) * (Double(value) - expected)
      norm += expected * expected
    }
    return (difference / norm).squareRoot()
  }
}
