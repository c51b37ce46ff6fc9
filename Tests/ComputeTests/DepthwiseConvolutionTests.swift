import Compute
import TestSupport
import Testing

@Suite struct DepthwiseConvolutionTests {
  private static let sizes = [
    ([3, 7, 9, 5], 1), ([1, 7, 9, 19], 1), ([3, 7, 9, 5], 2), ([2, 8, 6, 16], 2), ([1, 1, 1, 3], 1),
  ]

  static let cases: [OperationCase] = sizes.map { shape, stride in
    OperationCase(
      "depthwise convolution \(shape), stride \(stride)", inputs: [shape], parameters: [[shape[3], 1, 3, 3]], step: 0.5
    ) { depthwiseConvolution($0[0], weight: $1[0], stride: stride) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("depthwise3x3", parameters: ["weight"]) { depthwiseConvolution($0, weight: $1[0]) }
  }

  /// A depthwise convolution is an ordinary one whose filters are zero off the diagonal.
  @Test(arguments: [1, 2]) func equalsItsDefinition(_ stride: Int) {
    let channels = 5
    let naive = NaiveConvolution(
      batch: 2, height: 7, width: 9, inputs: channels, outputs: channels, kernel: 3, stride: stride, padding: 1)
    let x = NumberArray.uniform(naive.inputShape, "x").floats
    let w = NumberArray.uniform([channels, 1, 3, 3], "w").floats
    let full = (0..<channels * channels * 9).map { index in
      index / 9 / channels == index / 9 % channels ? w[index / 9 / channels * 9 + index % 9] : 0
    }
    let y = depthwiseConvolution(
      Tensor(x, shape: naive.inputShape), weight: Parameter("weight", shape: [channels, 1, 3, 3], values: w),
      stride: stride)
    #expect(y.shape == naive.outputShape)
    expectClose(y.values, naive.forward(x: x, weight: full), within: 1e-6, "y")
  }
}
