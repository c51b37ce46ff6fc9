import Compute

/// The encoder of D-VAE, "stem 7" (METHODS 6.2a): seven convolutions with batch norm, halving the size once,
/// [N, H, W, channels] → [N, H/2, W/2, 2·width].
final class ResidualEncoder: Module {
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let layer1: ResidualStage
  private let layer2: ResidualStage

  init(channels: Int, width: Int, initializer: inout Initializer) {
    conv1 = Convolution(
      inputChannels: channels, outputChannels: width, kernel: 3, padding: 1, bias: false, initializer: &initializer)
    bn1 = BatchNormalization(channels: width, initializer: initializer)
    layer1 = ResidualStage(inputChannels: width, outputChannels: width, stride: 1, count: 2, initializer: &initializer)
    layer2 = ResidualStage(inputChannels: width, outputChannels: 2 * width, stride: 2, count: 1, initializer: &initializer)
  }

  var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1), ("layer1", layer1), ("layer2", layer2)]
  }

  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let stem = bn1.after(conv1, x, training: training, rectified: true)
    return layer2(layer1(stem, training: training), training: training)
  }
}
