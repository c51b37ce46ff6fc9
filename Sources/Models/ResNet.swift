import Compute

/// ResNet-18 in the form for small pictures (METHODS 2.1): a 3×3 stem with stride 1, no maximum pool, four stages of two
/// basic blocks, a global average pool and a linear map. Width 64 is the published size.
///
/// Pictures [N, H, W, channels] in [0, 1] → logits [N, classes].
package final class ResNet18: Classifier {
  /// The sizes this network was built with.
  package let configuration: ClassifierConfiguration
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let layers: [ResidualStage]
  private let linear: Linear

  /// A network with PyTorch's default initialisation.
  package init(_ configuration: ClassifierConfiguration, initializer: inout Initializer) {
    let width = configuration.width
    self.configuration = configuration
    conv1 = Convolution(
      inputChannels: configuration.channels, outputChannels: width, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
    bn1 = BatchNormalization(channels: width, initializer: initializer)
    var layers: [ResidualStage] = []
    for (input, output, stride) in [(1, 1, 1), (1, 2, 2), (2, 4, 2), (4, 8, 2)] {
      layers.append(
        ResidualStage(
          inputChannels: input * width, outputChannels: output * width, stride: stride, count: 2,
          initializer: &initializer))
    }
    self.layers = layers
    linear = Linear(inputs: 8 * width, outputs: configuration.classes, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1)] + layers.enumerated().map { ("layer\($0.offset + 1)", $0.element) }
      + [("linear", linear)]
  }

  /// The class scores of pictures; batch norm takes the batch's statistics while training.
  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    linear(features(x, training: training))
  }

  /// What the class scores are computed from, [N, 8·width].
  package func features(_ x: Tensor, training: Bool) -> Tensor {
    let stem = bn1.after(conv1, x, training: training, rectified: true)
    return globalAveragePool(layers.reduce(stem) { $1($0, training: training) })
  }
}
