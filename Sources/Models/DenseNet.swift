import Compute

/// DenseNet-121 in the form for small pictures (Huang et al., "Densely connected convolutional networks", CVPR 2017;
/// METHODS 2.2): a 3×3 stem with stride 1 and neither normalisation nor rectifier behind it, four dense blocks of 6,
/// 12, 24 and 16 layers, of which each adds `growth` channels, and transitions between them that halve channels and
/// size. The published width of 64 is a growth of 32.
///
/// Pictures [N, H, W, channels] in [0, 1], 8×8 at least → logits [N, classes].
package final class DenseNet: Classifier {
  private static let layers = [6, 12, 24, 16]

  /// The sizes this network was built with.
  package let configuration: ClassifierConfiguration
  private let conv1: Convolution
  private let blocks: [DenseBlock]
  private let transitions: [Transition]
  private let bn: BatchNormalization
  private let linear: Linear

  /// A network with PyTorch's default initialisation.
  package init(_ configuration: ClassifierConfiguration, initializer: inout Initializer) {
    self.configuration = configuration
    let growth = configuration.scaled(32)
    var channels = 2 * growth
    conv1 = Convolution(
      inputChannels: configuration.channels, outputChannels: channels, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
    var (blocks, transitions) = ([DenseBlock](), [Transition]())
    for (index, count) in Self.layers.enumerated() {
      blocks.append(DenseBlock(inputChannels: channels, growth: growth, count: count, initializer: &initializer))
      channels += count * growth
      if index < Self.layers.count - 1 {
        transitions.append(Transition(inputChannels: channels, initializer: &initializer))
        channels /= 2
      }
    }
    (self.blocks, self.transitions) = (blocks, transitions)
    bn = BatchNormalization(channels: channels, initializer: initializer)
    linear = Linear(inputs: channels, outputs: configuration.classes, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    [("conv1", conv1)] + blocks.enumerated().map { ("dense\($0.offset + 1)", $0.element) }
      + transitions.enumerated().map { ("trans\($0.offset + 1)", $0.element) } + [("bn", bn), ("linear", linear)]
  }

  package func logits(_ features: Tensor) -> Tensor { linear(features) }

  package func features(_ x: Tensor, training: Bool) -> Tensor {
    var maps = conv1(x)
    for (block, transition) in zip(blocks, transitions) {
      maps = transition(block(maps, training: training))
    }
    return globalAveragePool(bn(blocks[blocks.count - 1](maps, training: training)))
  }
}

/// Layers that each read what all earlier ones gave and put `growth` channels in front of it.
private final class DenseBlock: Module {
  private let layers: [DenseLayer]
  private let growth: Int

  init(inputChannels: Int, growth: Int, count: Int, initializer: inout Initializer) {
    self.growth = growth
    var layers: [DenseLayer] = []
    for index in 0..<count {
      layers.append(
        DenseLayer(inputChannels: inputChannels + index * growth, growth: growth, initializer: &initializer))
    }
    self.layers = layers
  }

  var children: [(name: String, module: any Module)] { Sequential(layers).children }

  func callAsFunction(_ x: Tensor, training: Bool) -> FeatureStack {
    let stack = FeatureStack(x, growth: layers.count * growth, training: training)
    for layer in layers { stack.push(layer(stack, training: training)) }
    return stack
  }
}

/// One layer of a dense block, [N, H, W, in] → [N, H, W, growth]:
///
///     y = conv3×3(ReLU(BN(conv1×1(ReLU(BN(x))))))
///
/// with 4·growth channels in between.
private final class DenseLayer: Module {
  private let bn1: BatchNormalization
  private let conv1: Convolution
  private let bn2: BatchNormalization
  private let conv2: Convolution

  init(inputChannels: Int, growth: Int, initializer: inout Initializer) {
    bn1 = BatchNormalization(channels: inputChannels, initializer: initializer)
    conv1 = Convolution(
      inputChannels: inputChannels, outputChannels: 4 * growth, kernel: 1, bias: false, initializer: &initializer)
    bn2 = BatchNormalization(channels: 4 * growth, initializer: initializer)
    conv2 = Convolution(
      inputChannels: 4 * growth, outputChannels: growth, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
  }

  var children: [(name: String, module: any Module)] {
    [("bn1", bn1), ("conv1", conv1), ("bn2", bn2), ("conv2", conv2)]
  }

  func callAsFunction(_ stack: FeatureStack, training: Bool) -> Tensor {
    conv2(bn2(bn1.before(conv1, stack), training: training, rectified: true))
  }
}

/// What stands between two dense blocks, [N, H, W, in] → [N, H/2, W/2, in/2]:
///
///     y = averagePool(conv1×1(ReLU(BN(x))))
private final class Transition: Module {
  private let bn: BatchNormalization
  private let conv: Convolution

  init(inputChannels: Int, initializer: inout Initializer) {
    bn = BatchNormalization(channels: inputChannels, initializer: initializer)
    conv = Convolution(
      inputChannels: inputChannels, outputChannels: inputChannels / 2, kernel: 1, bias: false,
      initializer: &initializer)
  }

  var children: [(name: String, module: any Module)] { [("bn", bn), ("conv", conv)] }

  func callAsFunction(_ stack: FeatureStack) -> Tensor { averagePool(bn.before(conv, stack)) }
}
