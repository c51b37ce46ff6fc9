import Random

/// A linear map with its weights: [N, in] → [N, out].
public final class Linear: Module {
  /// [out, in].
  public let weight: Parameter
  /// One number an output.
  public let bias: Parameter

  /// PyTorch's default initialisation: weights and bias uniform within ±1/√in.
  public init(inputs: Int, outputs: Int, random: inout RandomStream) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = .uniform("weight", shape: [outputs, inputs], within: bound, &random)
    bias = .uniform("bias", shape: [outputs], within: bound, &random)
  }

  public var parameters: [Parameter] { [weight, bias] }

  /// Maps vectors [N, in].
  public func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight: weight, bias: bias) }
}

/// A table with one trained row a class.
public final class Embedding: Module {
  /// [rows, columns].
  public let weight: Parameter

  /// PyTorch's default initialisation: every element from N(0, 1).
  public init(rows: Int, columns: Int, random: inout RandomStream) {
    weight = .normal("weight", shape: [rows, columns], &random)
  }

  public var parameters: [Parameter] { [weight] }
}

/// A depthwise 3×3 convolution with its weights, padding 1: [N, H, W, C] → [N, H', W', C].
public final class DepthwiseConvolution: Module {
  /// The filters, [channels, 1, 3, 3].
  public let weight: Parameter
  private let stride: Int

  /// PyTorch's default initialisation: uniform within ±1/3.
  public init(channels: Int, stride: Int = 1, random: inout RandomStream) {
    weight = .uniform("weight", shape: [channels, 1, 3, 3], within: 1 / 3, &random)
    self.stride = stride
  }

  public var parameters: [Parameter] { [weight] }

  /// Convolves pictures [N, H, W, C].
  public func callAsFunction(_ x: Tensor) -> Tensor { depthwiseConvolution(x, weight: weight, stride: stride) }
}
