/// Where the filters of a convolution start.
package enum FilterInitialization: Sendable {
  /// Uniform within ±1/√(in · kernel²): PyTorch's default.
  case uniform
  /// From N(0, 2/(out · kernel²)): Kaiming's by fan-out (He et al., 2015), as torchvision's networks have it.
  case kaiming

  func callAsFunction(_ shape: [Int], _ initializer: inout Initializer) -> Parameter {
    switch self {
    case .uniform:
      initializer.uniform("weight", shape: shape, within: 1 / Float(shape[1...].reduce(1, *)).squareRoot())
    case .kaiming:
      initializer.normal("weight", shape: shape, deviation: (2 / Float(shape[0] * shape[2] * shape[3])).squareRoot())
    }
  }
}

/// A convolution with its weights: [N, H, W, in] → [N, H', W', out].
package final class Convolution: Module {
  /// The filters, [out, in, kernel, kernel].
  package let weight: Parameter
  /// One number an output channel, or nil.
  package let bias: Parameter?
  let stride: Int
  let padding: Int

  /// PyTorch's default initialisation, with other filters where they are asked for: weights and bias uniform within
  /// ±1/√(in · kernel²).
  package init(
    inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true,
    filters: FilterInitialization = .uniform, initializer: inout Initializer
  ) {
    let bound = 1 / Float(inputChannels * kernel * kernel).squareRoot()
    weight = filters([outputChannels, inputChannels, kernel, kernel], &initializer)
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

/// A depthwise 3×3 convolution with its weights, padding 1: [N, H, W, C] → [N, H', W', C].
package final class DepthwiseConvolution: Module {
  /// The filters, [channels, 1, 3, 3].
  package let weight: Parameter
  let stride: Int

  /// PyTorch's default initialisation, with other filters where they are asked for: uniform within ±1/3.
  package init(
    channels: Int, stride: Int = 1, filters: FilterInitialization = .uniform, initializer: inout Initializer
  ) {
    weight = filters([channels, 1, 3, 3], &initializer)
    self.stride = stride
  }

  package var parameters: [Parameter] { [weight] }

  /// Convolves pictures [N, H, W, C].
  package func callAsFunction(_ x: Tensor) -> Tensor { depthwiseConvolution(x, weight: weight, stride: stride) }
}
