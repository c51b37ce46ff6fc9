/// Batch normalisation with its weights and running statistics, the last dimension being the channels.
package final class BatchNormalization: Module {
  /// The scale γ, one number a channel; 1 at first.
  package let weight: Parameter
  /// The shift β, one number a channel; 0 at first.
  package let bias: Parameter
  /// The running mean; 0 at first.
  package let runningMean: Parameter
  /// The running unbiased variance; 1 at first.
  package let runningVariance: Parameter

  /// PyTorch's initial state, with its ε of 1e-5 and momentum of 0.1.
  package init(channels: Int, initializer: Initializer) {
    func parameter(_ name: String, _ value: Float) -> Parameter {
      initializer.constant(name, shape: [channels], value: value)
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
    runningMean = parameter("running_mean", 0)
    runningVariance = parameter("running_var", 1)
  }

  package var parameters: [Parameter] { [weight, bias] }
  package var buffers: [Parameter] { [runningMean, runningVariance] }

  /// Normalises by the batch's statistics and updates the running ones while training, by the running ones otherwise;
  /// then adds the residual, of x's shape, and applies the rectifier where asked to: all in one operation.
  package func callAsFunction(
    _ x: Tensor, training: Bool, adding residual: Tensor? = nil, rectified: Bool = false, ceiling: Float = .infinity
  ) -> Tensor {
    batchNormalization(
      x, weight: weight, bias: bias, running: running, training: training, adding: residual, rectified: rectified,
      ceiling: ceiling)
  }

  private var running: (mean: Parameter, variance: Parameter) { (runningMean, runningVariance) }
  private var folded: FoldedNormalization { FoldedNormalization(weight: weight, bias: bias, running: running) }
}

extension BatchNormalization {
  /// A convolution of pictures [N, H, W, in] with this normalisation behind it, then the residual, of the result's
  /// shape, and the rectifier where asked to.
  ///
  /// In inference, that is neither training nor recorded on a tape, all of it is one operation.
  package func after(
    _ convolution: Convolution, _ x: Tensor, training: Bool, adding residual: Tensor? = nil, rectified: Bool = false,
    ceiling: Float = .infinity
  ) -> Tensor {
    guard !training, x.tape == nil, residual?.tape == nil else {
      return self(convolution(x), training: training, adding: residual, rectified: rectified, ceiling: ceiling)
    }
    return foldedConvolution(
      x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride, padding: convolution.padding,
      normalization: folded, adding: residual, rectified: rectified, ceiling: ceiling)
  }

  /// The same of a depthwise convolution, with the rectifier.
  package func after(
    _ convolution: DepthwiseConvolution, _ x: Tensor, training: Bool, ceiling: Float = .infinity
  ) -> Tensor {
    guard !training, x.tape == nil else {
      return self(convolution(x), training: training, rectified: true, ceiling: ceiling)
    }
    return foldedDepthwiseConvolution(
      x, weight: convolution.weight, stride: convolution.stride, normalization: folded, rectified: true,
      ceiling: ceiling)
  }

  /// A stack's channels behind this normalisation and the rectifier, convolved without a bias, kernel 1 and stride 1.
  package func before(_ convolution: Convolution, _ stack: FeatureStack) -> Tensor {
    normalizedConvolution(stack, gain: weight, bias: bias, running: running, weight: convolution.weight)
  }

  /// A stack's channels behind this normalisation and the rectifier.
  package func callAsFunction(_ stack: FeatureStack) -> Tensor {
    normalized(stack, gain: weight, bias: bias, running: running)
  }
}
