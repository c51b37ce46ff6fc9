import Compute

/// The encoder of D-VAE (METHODS 6.2a): seven convolutions with batch norm, "stem 7", or nine, halving the size once,
/// [N, H, W, channels] → [N, H/2, W/2, 2·width].
final class ResidualEncoder: Module {
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let layer1: ResidualStage
  private let layer2: ResidualStage

  init(channels: Int, width: Int, stem: Int, initializer: inout Initializer) {
    conv1 = Convolution(
      inputChannels: channels, outputChannels: width, kernel: 3, padding: 1, bias: false, initializer: &initializer)
    bn1 = BatchNormalization(channels: width, initializer: initializer)
    layer1 = ResidualStage(
      of: BasicBlock.self, inputChannels: width, channels: width, stride: 1, count: 2, initializer: &initializer)
    layer2 = ResidualStage(
      of: BasicBlock.self, inputChannels: width, channels: 2 * width, stride: 2, count: stem == 9 ? 2 : 1,
      initializer: &initializer)
  }

  var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1), ("layer1", layer1), ("layer2", layer2)]
  }

  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let stem = bn1.after(conv1, x, training: training, rectified: true)
    return layer2(layer1(stem, training: training), training: training)
  }
}

/// A decoder of D-VAE (METHODS 6.2a), [N, H, W, 2·width] → [N, 2H, 2W, channels], with no output activation:
///
///     Tconv4×4 stride 2 → Tconv3×3 → IN → ReLU → Tconv3×3 → IN → ReLU → Tconv3×3
///
/// There is no rectifier between the first two; IN is instance normalisation.
final class PictureDecoder: Module {
  private let name: String
  private let upsampling: TransposedConvolution
  private let convolution1: TransposedConvolution
  private let convolution2: TransposedConvolution
  private let output: TransposedConvolution

  /// A decoder whose parts are named `name`1, `name`2 and `name`3.
  init(name: String, channels: Int, width: Int, initializer: inout Initializer) {
    self.name = name
    upsampling = TransposedConvolution(
      inputChannels: 2 * width, outputChannels: width, kernel: 4, stride: 2, padding: 1, initializer: &initializer)
    convolution1 = TransposedConvolution(
      inputChannels: width, outputChannels: width, kernel: 3, padding: 1, initializer: &initializer)
    convolution2 = TransposedConvolution(
      inputChannels: width, outputChannels: width / 2, kernel: 3, padding: 1, initializer: &initializer)
    output = TransposedConvolution(
      inputChannels: width / 2, outputChannels: channels, kernel: 3, padding: 1, initializer: &initializer)
  }

  var children: [(name: String, module: any Module)] {
    [
      ("\(name)1", Sequential([upsampling, convolution1])), ("\(name)2", Sequential([convolution2])),
      ("\(name)3", Sequential([output])),
    ]
  }

  func callAsFunction(_ z: Tensor) -> Tensor {
    let first = instanceNormalization(convolution1(upsampling(z)), rectified: true)
    return output(instanceNormalization(convolution2(first), rectified: true))
  }
}
