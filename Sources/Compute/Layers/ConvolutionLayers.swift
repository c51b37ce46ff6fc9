/// A convolution with its weights: [N, H, W, in] → [N, H', W', out].
package final class Convolution: Module {
  /// The filters, [out, in, kernel, kernel].
  package let weight: Parameter
  /// One number an output channel, or nil.
  package let bias: Parameter?
  let stride: Int
  let padding: Int

  /// PyTorch's default initialisation: weights and bias uniform within ±1/√(in · kernel²).
  package init(
    inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true,
    initializer: inout Initializer
  ) {
    let bound = 1 / Float(inputChannels * kernel * kernel).squareRoot()
    weight = initializer.uniform("weight", shape: [outputChannels, inputChannels, kernel, kernel], within: bound)
    self.bias = bias ? initializer.uniform("bias", shape: [outputChannels], within: bound) : nil
    self.stride = stride
    self.padding = padding
  }

  package var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  /// Convolves pictures [N, H, W, in].
  package func callAsFunction(_ x: Tensor) -> Tensor {
    convolution(x, weight: weight, bias: bias, stride: stride, padding: padding)
  }
}

/// A transposed convolution with its weights: [N, H, W, in] → [N, H', W', out].
package final class TransposedConvolution: Module {
  /// The filters, [in, out, kernel, kernel].
  package let weight: Parameter
  /// One number an output channel.
  package let bias: Parameter
  private let stride: Int
  private let padding: Int

  /// PyTorch's default initialisation: uniform within ±1/√(out · kernel²). PyTorch takes the fan-in from the second
  /// axis of the weight, which here holds the output channels.
  package init(
    inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    initializer: inout Initializer
  ) {
    let bound = 1 / Float(outputChannels * kernel * kernel).squareRoot()
    weight = initializer.uniform("weight", shape: [inputChannels, outputChannels, kernel, kernel], within: bound)
    bias = initializer.uniform("bias", shape: [outputChannels], within: bound)
    self.stride = stride
    self.padding = padding
  }

  package var parameters: [Parameter] { [weight, bias] }

  /// Applies the transposed convolution to pictures [N, H, W, in].
  package func callAsFunction(_ x: Tensor) -> Tensor {
    transposedConvolution(x, weight: weight, bias: bias, stride: stride, padding: padding)
  }
}
