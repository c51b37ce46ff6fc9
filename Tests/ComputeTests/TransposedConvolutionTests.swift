import Compute
import TestSupport
import Testing

@Suite struct TransposedConvolutionTests {
  private static let shapes = NaiveConvolution.shapes.compactMap(\.fitted)

  static let cases: [OperationCase] = shapes.map { naive in
    OperationCase(
      "transposed convolution, adjoint of \(naive)", inputs: [naive.outputShape],
      parameters: [naive.weightShape, [naive.inputs]], step: 0.5
    ) { transposedConvolution($0[0], weight: $1[0], bias: $1[1], stride: naive.stride, padding: naive.padding) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test(arguments: [("deconv4x4_stride2", 2), ("deconv3x3", 1)])
  func agreesWithPyTorch(_ name: String, _ stride: Int) throws {
    try Golden.expectAgreement(name, parameters: ["weight", "bias"]) { x, parameters in
      transposedConvolution(x, weight: parameters[0], bias: parameters[1], stride: stride, padding: 1)
    }
  }

  @Test(arguments: shapes) func isTheAdjointOfTheConvolution(_ naive: NaiveConvolution) {
    let (x, w) = (NumberArray.uniform(naive.outputShape, "x"), NumberArray.uniform(naive.weightShape, "w"))
    let (b, dy) = (NumberArray.uniform([naive.inputs], "b"), NumberArray.uniform(naive.inputShape, "dy").floats)
    let tape = Tape()
    let input = Tensor(x.floats, shape: naive.outputShape, tape: tape)
    let weight = Parameter("weight", shape: naive.weightShape, values: w.floats)
    let bias = Parameter("bias", shape: [naive.inputs], values: b.floats)
    let y = transposedConvolution(input, weight: weight, bias: bias, stride: naive.stride, padding: naive.padding)
    #expect(y.shape == naive.inputShape)
    let expected = naive.adjoint(dy: x.floats, weight: w.floats).enumerated().map { $1 + b.doubles[$0 % naive.inputs] }
    expectClose(y.values, expected, within: 1e-5, "y")

    tape.backward(from: y, gradient: dy)
    expectClose(input.gradientValues, naive.forward(x: dy, weight: w.floats), within: 1e-5, "dx")
    expectClose(weight.gradientValues, naive.weightGradient(x: dy, dy: x.floats), within: 1e-5, "dw")
    let sums = NaiveConvolution.biasGradient(dy, channels: naive.inputs)
    expectClose(bias.gradientValues, sums, within: 1e-5, "db")
  }
}
