import Compute

/// A ResNet in the form for small pictures (METHODS 2.1): a 3×3 stem with stride 1, no maximum pool, four stages of
/// residual blocks, a global average pool and a linear map. Width 64 is the published size.
///
///     network    blocks of the stages    block
///     ResNet-18  2, 2, 2, 2              basic
///     ResNet-34  3, 4, 6, 3              basic
///     ResNet-50  3, 4, 6, 3              bottleneck
///
/// Pictures [N, H, W, channels] in [0, 1] → logits [N, classes].
package final class ResNet: Classifier {
  /// The sizes this network was built with.
  package let configuration: ClassifierConfiguration
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let layers: [ResidualStage]
  private let linear: Linear

  /// A network with PyTorch's default initialisation.
  ///
  /// - Parameters:
  ///   - block: what the stages consist of.
  ///   - counts: how many blocks each of the four stages has.
  package init(
    _ configuration: ClassifierConfiguration, block: any ResidualBlock.Type, counts: [Int],
    initializer: inout Initializer
  ) {
    let width = configuration.width
    self.configuration = configuration
    conv1 = Convolution(
      inputChannels: configuration.channels, outputChannels: width, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
    bn1 = BatchNormalization(channels: width, initializer: initializer)
    var (layers, channels) = ([ResidualStage](), width)
    for (count, (scale, stride)) in zip(counts, [(1, 1), (2, 2), (4, 2), (8, 2)]) {
      layers.append(
        ResidualStage(
          of: block, inputChannels: channels, channels: scale * width, stride: stride, count: count,
          initializer: &initializer))
      channels = scale * width * block.expansion
    }
    self.layers = layers
    linear = Linear(inputs: channels, outputs: configuration.classes, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1)] + layers.enumerated().map { ("layer\($0.offset + 1)", $0.element) }
      + [("linear", linear)]
  }

  package func logits(_ features: Tensor) -> Tensor { linear(features) }

  /// [N, 8·width], of bottlenecks four times as many.
  package func features(_ x: Tensor, training: Bool) -> Tensor {
    let stem = bn1.after(conv1, x, training: training, rectified: true)
    return globalAveragePool(layers.reduce(stem) { $1($0, training: training) })
  }
}
