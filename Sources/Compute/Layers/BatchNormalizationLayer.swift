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
    _ x: Tensor, training: Bool, adding residual: Tensor? = nil, rectified: Bool = false
  ) -> Tensor {
    batchNormalization(
      x, weight: weight, bias: bias, running: (runningMean, runningVariance), training: training, adding: residual,
      rectified: rectified)
  }
}

extension BatchNormalization {
  /// A convolution of pictures [N, H, W, in] with this normalisation behind it, then the residual, of the result's shape,
  /// and the rectifier where asked to.
  ///
  /// In inference, that is neither training nor recorded on a tape, all of it is one operation.
  package func after(
    _ convolution: Convolution, _ x: Tensor, training: Bool, adding residual: Tensor? = nil, rectified: Bool = false
  ) -> Tensor {
    guard !training, x.tape == nil, residual?.tape == nil else {
      return self(convolution(x), training: training, adding: residual, rectified: rectified)
    }
    return foldedConvolution(
      x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride, padding: convolution.padding,
      normalization: FoldedNormalization(weight: weight, bias: bias, running: (runningMean, runningVariance)),
      adding: residual, rectified: rectified)
  }
}
