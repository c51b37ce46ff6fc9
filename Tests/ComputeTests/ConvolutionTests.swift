import Compute
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  static let cases: [OperationCase] = NaiveConvolution.shapes.map { naive in
    OperationCase(
      "convolution \(naive)", inputs: [naive.inputShape], parameters: [naive.weightShape, [naive.outputs]], step: 0.5
    ) { convolution($0[0], weight: $1[0], bias: $1[1], stride: naive.stride, padding: naive.padding) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test(arguments: [
    ("conv3x3", 1, 1, true), ("conv3x3_odd", 1, 1, true), ("conv3x3_stride2", 2, 1, false), ("conv1x1", 1, 0, true),
    ("conv1x1_stride2", 2, 0, false),
  ])
  func agreesWithPyTorch(_ name: String, _ stride: Int, _ padding: Int, _ bias: Bool) throws {
    try Golden.expectAgreement(name, parameters: bias ? ["weight", "bias"] : ["weight"]) { x, parameters in
      convolution(
        x, weight: parameters[0], bias: bias ? parameters[1] : nil, stride: stride, padding: padding)
    }
  }

  @Test(arguments: NaiveConvolution.shapes) func equalsItsDefinition(_ naive: NaiveConvolution) {
    let (x, w) = (NumberArray.uniform(naive.inputShape, "x"), NumberArray.uniform(naive.weightShape, "w"))
    let (b, dy) = (NumberArray.uniform([naive.outputs], "b"), NumberArray.uniform(naive.outputShape, "dy").floats)
    let tape = Tape()
    let input = Tensor(x.floats, shape: naive.inputShape, tape: tape)
    let weight = Parameter("weight", shape: naive.weightShape, values: w.floats)
    let bias = Parameter("bias", shape: [naive.outputs], values: b.floats)
    let y = convolution(input, weight: weight, bias: bias, stride: naive.stride, padding: naive.padding)
    #expect(y.shape == naive.outputShape)
    let expected = naive.forward(x: x.floats, weight: w.floats).enumerated().map { $1 + b.doubles[$0 % naive.outputs] }
    expectClose(y.values, expected, within: 1e-5, "y")

    tape.backward(from: y, gradient: dy)
    expectClose(input.gradientValues, naive.adjoint(dy: dy, weight: w.floats), within: 1e-5, "dx")
    expectClose(weight.gradientValues, naive.weightGradient(x: x.floats, dy: dy), within: 1e-5, "dw")
    let sums = NaiveConvolution.biasGradient(dy, channels: naive.outputs)
    expectClose(bias.gradientValues, sums, within: 1e-5, "db")
  }

  /// So many tiles that Winograd's weight gradient cuts them into groups, and a group into blocks.
  @Test(arguments: [
    NaiveConvolution(batch: 60, height: 32, width: 32, inputs: 16, outputs: 16, kernel: 3, stride: 1, padding: 1),
    NaiveConvolution(batch: 9, height: 32, width: 32, inputs: 64, outputs: 64, kernel: 3, stride: 1, padding: 1),
    NaiveConvolution(batch: 60, height: 32, width: 32, inputs: 16, outputs: 16, kernel: 4, stride: 2, padding: 1),
  ])
  func theWeightGradientOfManyTilesIsOneSum(_ naive: NaiveConvolution) {
    let x = NumberArray.uniform(naive.inputShape, "x").floats
    let dy = NumberArray.uniform(naive.outputShape, "dy").floats
    let tape = Tape()
    let w = NumberArray.uniform(naive.weightShape, "w").floats
    let weight = Parameter("weight", shape: naive.weightShape, values: w)
    let input = Tensor(x, shape: naive.inputShape, tape: tape, requiresGradient: false)
    tape.backward(from: convolution(input, weight: weight, stride: naive.stride, padding: naive.padding), gradient: dy)
    expectClose(weight.gradientValues, naive.weightGradient(x: x, dy: dy), within: 1e-5, "dw")
  }
}
