import Compute

/// A decoder of D-VAE (METHODS 6.2a), [N, H, W, 2·width] → [N, 2H, 2W, channels], with no output activation:
///
///     Tconv4×4 stride 2 → Tconv3×3 → IN → ReLU → Tconv3×3 → IN → ReLU → Tconv3×3
///
/// There is no rectifier between the first two.
final class PictureDecoder: Module {
  private let name: String
  private let enlarge: TransposedConvolution
  private let refine: TransposedConvolution
  private let narrow: TransposedConvolution
  private let paint: TransposedConvolution

  /// A decoder whose parts are named `name`1, `name`2 and `name`3.
  init(name: String, channels: Int, width: Int, initializer: inout Initializer) {
    self.name = name
    enlarge = TransposedConvolution(
      inputChannels: 2 * width, outputChannels: width, kernel: 4, stride: 2, padding: 1, initializer: &initializer)
    refine = TransposedConvolution(
      inputChannels: width, outputChannels: width, kernel: 3, padding: 1, initializer: &initializer)
    narrow = TransposedConvolution(
      inputChannels: width, outputChannels: width / 2, kernel: 3, padding: 1, initializer: &initializer)
    paint = TransposedConvolution(
      inputChannels: width / 2, outputChannels: channels, kernel: 3, padding: 1, initializer: &initializer)
  }

  var children: [(name: String, module: any Module)] {
    [
      ("\(name)1", Sequential([enlarge, refine])), ("\(name)2", Sequential([narrow])),
      ("\(name)3", Sequential([paint])),
    ]
  }

  func callAsFunction(_ z: Tensor) -> Tensor {
    let first = instanceNormalization(refine(enlarge(z)), rectified: true)
    return paint(instanceNormalization(narrow(first), rectified: true))
  }
}
