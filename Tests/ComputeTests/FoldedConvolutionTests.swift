import Compute
import TestSupport
import Testing

/// The folded form against the two operations it stands for, through every way a convolution is computed.
@Suite struct FoldedConvolutionTests {
  struct Case: Sendable {
    let channels: (Int, Int)
    let kernel: Int
    let stride: Int
  }

  static let cases = [
    Case(channels: (32, 32), kernel: 3, stride: 1), Case(channels: (3, 19), kernel: 3, stride: 1),
    Case(channels: (19, 37), kernel: 3, stride: 2), Case(channels: (16, 35), kernel: 1, stride: 1),
  ]

  @Test(arguments: cases, [(false, false), (false, true), (true, false), (true, true)])
  func equalsConvolutionThenNormalization(_ shape: Case, _ options: (residual: Bool, rectified: Bool)) {
    let (input, output) = shape.channels
    func parameter(_ name: String, _ shape: [Int], _ low: Float = -1, _ high: Float = 1) -> Parameter {
      Parameter(name, shape: shape, values: NumberArray.uniform(shape, name, low, high).floats)
    }
    let weight = parameter("weight", [output, input, shape.kernel, shape.kernel])
    let bias = parameter("bias", [output])
    let (scale, shift) = (parameter("scale", [output]), parameter("shift", [output]))
    let running = (mean: parameter("mean", [output]), variance: parameter("variance", [output], 0.5, 1.5))
    let x = Tensor(NumberArray.uniform([3, 7, 9, input], "x").floats, shape: [3, 7, 9, input])
    let padding = shape.kernel / 2
    let plain = convolution(x, weight: weight, bias: bias, stride: shape.stride, padding: padding)
    let residual =
      options.residual
      ? Tensor(NumberArray.uniform(plain.shape, "residual").floats, shape: plain.shape) : nil
    let expected = batchNormalization(
      plain, weight: scale, bias: shift, running: running, training: false, adding: residual,
      rectified: options.rectified)
    let folded = foldedConvolution(
      x, weight: weight, bias: bias, stride: shape.stride, padding: padding,
      normalization: FoldedNormalization(weight: scale, bias: shift, running: running), adding: residual,
      rectified: options.rectified)
    #expect(folded.shape == expected.shape)
    expectClose(folded.values, expected.values.map(Double.init), within: 1e-5, "y")
    if options.rectified { #expect(folded.values.allSatisfy { $0 >= 0 }) }
    guard options.rectified, !options.residual else { return }
    let capped = foldedConvolution(
      x, weight: weight, bias: bias, stride: shape.stride, padding: padding,
      normalization: FoldedNormalization(weight: scale, bias: shift, running: running), rectified: true, ceiling: 0.25)
    #expect(capped.values == folded.values.map { min($0, 0.25) })
  }

  /// However few pixels and channels there are, beside those that a tile holds.
  @Test(arguments: [1, 2, 9], [5, 40]) func whatIsNoNumberStays(_ side: Int, _ channels: Int) {
    let weight = Parameter(
      "weight", shape: [channels, 3, 1, 1],
      values: [Float](repeating: .nan, count: 3) + [Float](repeating: 1, count: 3 * channels - 3))
    let ones = Parameter("ones", shape: [channels], values: [Float](repeating: 1, count: channels))
    let x = Tensor([Float](repeating: 1, count: side * side * 3), shape: [1, side, side, 3])
    let y = foldedConvolution(
      x, weight: weight, bias: nil, stride: 1, padding: 0,
      normalization: FoldedNormalization(weight: ones, bias: ones, running: (ones, ones)), rectified: true, ceiling: 6
    ).values
    #expect((0..<side * side).allSatisfy { y[$0 * channels].isNaN && abs(y[$0 * channels + 1] - 3) < 1e-4 })
  }

  @Test(arguments: [1, 2], [(false, Float.infinity), (true, .infinity), (true, 0.25)])
  func equalsDepthwiseConvolutionThenNormalization(_ stride: Int, _ options: (rectified: Bool, ceiling: Float)) {
    func parameter(_ name: String, _ shape: [Int], _ low: Float = -1, _ high: Float = 1) -> Parameter {
      Parameter(name, shape: shape, values: NumberArray.uniform(shape, name, low, high).floats)
    }
    let (weight, scale, shift) = (
      parameter("weight", [19, 1, 3, 3]), parameter("scale", [19]), parameter("shift", [19])
    )
    let running = (mean: parameter("mean", [19]), variance: parameter("variance", [19], 0.5, 1.5))
    let x = Tensor(NumberArray.uniform([3, 7, 9, 19], "x").floats, shape: [3, 7, 9, 19])
    let expected = batchNormalization(
      depthwiseConvolution(x, weight: weight, stride: stride), weight: scale, bias: shift, running: running,
      training: false, rectified: options.rectified, ceiling: options.ceiling)
    let folded = foldedDepthwiseConvolution(
      x, weight: weight, stride: stride,
      normalization: FoldedNormalization(weight: scale, bias: shift, running: running), rectified: options.rectified,
      ceiling: options.ceiling)
    #expect(folded.shape == expected.shape)
    expectClose(folded.values, expected.values.map(Double.init), within: 1e-5, "y")
  }
}
