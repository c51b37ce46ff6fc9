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
