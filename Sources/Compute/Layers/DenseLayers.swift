/// A linear map with its weights: [N, in] → [N, out].
package final class Linear: Module {
  /// [out, in].
  package let weight: Parameter
  /// One number an output.
  package let bias: Parameter

  /// PyTorch's default initialisation: weights and bias uniform within ±1/√in.
  package init(inputs: Int, outputs: Int, initializer: inout Initializer) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = initializer.uniform("weight", shape: [outputs, inputs], within: bound)
    bias = initializer.uniform("bias", shape: [outputs], within: bound)
  }

  package var parameters: [Parameter] { [weight, bias] }

  /// Maps vectors [N, in].
  package func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight: weight, bias: bias) }
}

/// A table with one trained row a class.
package final class Embedding: Module {
  /// [rows, columns].
  package let weight: Parameter

  /// PyTorch's default initialisation: every element from N(0, 1).
  package init(rows: Int, columns: Int, initializer: inout Initializer) {
    weight = initializer.normal("weight", shape: [rows, columns])
  }

  package var parameters: [Parameter] { [weight] }
}

/// A depthwise 3×3 convolution with its weights, padding 1: [N, H, W, C] → [N, H', W', C].
package final class DepthwiseConvolution: Module {
  /// The filters, [channels, 1, 3, 3].
  package let weight: Parameter
  private let stride: Int

  /// PyTorch's default initialisation: uniform within ±1/3.
  package init(channels: Int, stride: Int = 1, initializer: inout Initializer) {
    weight = initializer.uniform("weight", shape: [channels, 1, 3, 3], within: 1 / 3)
    self.stride = stride
  }

  package var parameters: [Parameter] { [weight] }

  /// Convolves pictures [N, H, W, C].
  package func callAsFunction(_ x: Tensor) -> Tensor { depthwiseConvolution(x, weight: weight, stride: stride) }
}
