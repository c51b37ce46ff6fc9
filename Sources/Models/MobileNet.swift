import Compute

/// The sizes of an inverted residual block.
private struct BlockSizes {
  let inputs: Int
  let outputs: Int
  /// Channels between, for each of the inputs.
  let expansion: Int
  let stride: Int

  /// The blocks of MobileNet-V2 behind the stem (Sandler et al., CVPR 2018; METHODS 2.3).
  static func all(_ configuration: ClassifierConfiguration, forSmallPictures small: Bool) -> [BlockSizes] {
    // The second row keeps the size of small pictures.
    let rows: [(expansion: Int, channels: Int, count: Int, stride: Int)] = [
      (1, 16, 1, 1), (6, 24, 2, small ? 1 : 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ]
    var inputs = configuration.scaled(32)
    return rows.flatMap { row in
      let outputs = configuration.scaled(row.channels)
      return (0..<row.count).map { index in
        defer { inputs = outputs }
        return BlockSizes(
          inputs: inputs, outputs: outputs, expansion: row.expansion, stride: index == 0 ? row.stride : 1)
      }
    }
  }
}

/// MobileNet-V2 in the form for small pictures: a stem with stride 1, ReLU, and a shortcut around every block with
/// stride 1.
///
/// Pictures [N, H, W, channels] in [0, 1] → logits [N, classes].
package final class MobileNet: Classifier {
  /// The sizes this network was built with.
  package let configuration: ClassifierConfiguration
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let layers: [InvertedResidual]
  private let conv2: Convolution
  private let bn2: BatchNormalization
  private let linear: Linear

  /// A network with PyTorch's default initialisation.
  package init(_ configuration: ClassifierConfiguration, initializer: inout Initializer) {
    self.configuration = configuration
    let channels = configuration.scaled(32)
    conv1 = Convolution(
      inputChannels: configuration.channels, outputChannels: channels, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
    bn1 = BatchNormalization(channels: channels, initializer: initializer)
    layers = BlockSizes.all(configuration, forSmallPictures: true).map {
      InvertedResidual($0, initializer: &initializer)
    }
    let last = configuration.scaled(1280)
    conv2 = Convolution(
      inputChannels: configuration.scaled(320), outputChannels: last, kernel: 1, bias: false, initializer: &initializer)
    bn2 = BatchNormalization(channels: last, initializer: initializer)
    linear = Linear(inputs: last, outputs: configuration.classes, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    [
      ("conv1", conv1), ("bn1", bn1), ("layers", Sequential(layers)), ("conv2", conv2), ("bn2", bn2),
      ("linear", linear),
    ]
  }

  package func logits(_ features: Tensor) -> Tensor { linear(features) }

  package func features(_ x: Tensor, training: Bool) -> Tensor {
    let stem = bn1.after(conv1, x, training: training, rectified: true)
    let maps = layers.reduce(stem) { $1($0, training: training) }
    return globalAveragePool(bn2.after(conv2, maps, training: training, rectified: true))
  }
}

/// The inverted residual block for small pictures, [N, H, W, in] → [N, H/stride, W/stride, out]:
///
///     y = BN(conv1×1(ReLU(BN(depthwise3×3 stride(ReLU(BN(conv1×1(x)))))))) + shortcut(x)
///
/// With a stride of 2 there is no shortcut; it is a projection where the number of channels changes.
private final class InvertedResidual: Module {
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let conv2: DepthwiseConvolution
  private let bn2: BatchNormalization
  private let conv3: Convolution
  private let bn3: BatchNormalization
  private let shortcut: Shortcut?

  init(_ sizes: BlockSizes, initializer: inout Initializer) {
    let inner = sizes.expansion * sizes.inputs
    conv1 = Convolution(
      inputChannels: sizes.inputs, outputChannels: inner, kernel: 1, bias: false, initializer: &initializer)
    bn1 = BatchNormalization(channels: inner, initializer: initializer)
    conv2 = DepthwiseConvolution(channels: inner, stride: sizes.stride, initializer: &initializer)
    bn2 = BatchNormalization(channels: inner, initializer: initializer)
    conv3 = Convolution(
      inputChannels: inner, outputChannels: sizes.outputs, kernel: 1, bias: false, initializer: &initializer)
    bn3 = BatchNormalization(channels: sizes.outputs, initializer: initializer)
    shortcut =
      sizes.stride == 1
      ? Shortcut(inputChannels: sizes.inputs, outputChannels: sizes.outputs, stride: 1, initializer: &initializer)
      : nil
  }

  var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1), ("conv2", conv2), ("bn2", bn2), ("conv3", conv3), ("bn3", bn3)]
      + (shortcut.map { [("shortcut", $0)] } ?? [])
  }

  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let wide = bn1.after(conv1, x, training: training, rectified: true)
    let inner = bn2.after(conv2, wide, training: training)
    return bn3.after(conv3, inner, training: training, adding: shortcut?(x, training: training))
  }
}

/// MobileNet-V2 as torchvision has it, for pictures of ImageNet, and the one behind the paper's figures on CIFAR-10: a
/// stem with stride 2, ReLU6, a shortcut only where size and channels stay, and dropout of a fifth of the features in
/// training.
///
/// Pictures [N, H, W, channels] in [0, 1], of which it keeps one pixel in 32 a side → logits [N, classes].
package final class ImageNetMobileNet: Classifier {
  /// The sizes this network was built with.
  package let configuration: ClassifierConfiguration
  private let stem: ConvolutionUnit
  private let layers: [ImageNetInvertedResidual]
  private let last: ConvolutionUnit
  private let linear: Linear

  package var dropout: Float { 0.2 }

  /// A network with torchvision's initialisation: filters by Kaiming's rule, the linear map from N(0, 0.01²).
  package init(_ configuration: ClassifierConfiguration, initializer: inout Initializer) {
    self.configuration = configuration
    let channels = configuration.scaled(32)
    stem = ConvolutionUnit(
      inputChannels: configuration.channels, outputChannels: channels, kernel: 3, stride: 2, initializer: &initializer)
    layers = BlockSizes.all(configuration, forSmallPictures: false).map {
      ImageNetInvertedResidual($0, initializer: &initializer)
    }
    last = ConvolutionUnit(
      inputChannels: configuration.scaled(320), outputChannels: configuration.scaled(1280), kernel: 1,
      initializer: &initializer)
    linear = Linear(
      inputs: configuration.scaled(1280), outputs: configuration.classes, deviation: 0.01, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    let features: [any Module] = [stem] + layers + [last]
    // The classifier's first place is that of the dropout.
    return [("features", Sequential(features)), ("classifier", Sequential(places: [1: linear]))]
  }

  package func logits(_ features: Tensor) -> Tensor { linear(features) }

  package func features(_ x: Tensor, training: Bool) -> Tensor {
    let maps = layers.reduce(stem(x, training: training)) { $1($0, training: training) }
    return globalAveragePool(last(maps, training: training))
  }
}

/// A convolution, batch normalisation and ReLU6.
private final class ConvolutionUnit: Module {
  private let convolution: Convolution
  private let normalization: BatchNormalization

  init(inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, initializer: inout Initializer) {
    convolution = Convolution(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel, stride: stride,
      padding: kernel / 2, bias: false, filters: .kaiming, initializer: &initializer)
    normalization = BatchNormalization(channels: outputChannels, initializer: initializer)
  }

  var children: [(name: String, module: any Module)] { Sequential([convolution, normalization]).children }

  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    normalization.after(convolution, x, training: training, rectified: true, ceiling: 6)
  }
}

/// A depthwise convolution, batch normalisation and ReLU6.
private final class DepthwiseUnit: Module {
  private let convolution: DepthwiseConvolution
  private let normalization: BatchNormalization

  init(channels: Int, stride: Int, initializer: inout Initializer) {
    convolution = DepthwiseConvolution(
      channels: channels, stride: stride, filters: .kaiming, initializer: &initializer)
    normalization = BatchNormalization(channels: channels, initializer: initializer)
  }

  var children: [(name: String, module: any Module)] { Sequential([convolution, normalization]).children }

  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    normalization.after(convolution, x, training: training, ceiling: 6)
  }
}

/// The inverted residual block of the paper, [N, H, W, in] → [N, H/stride, W/stride, out]:
///
///     y = BN(conv1×1(ReLU6(BN(depthwise3×3 stride(ReLU6(BN(conv1×1(x)))))))) (+ x)
///
/// x is added where size and channels stay; with an expansion of 1 the first convolution is left out.
private final class ImageNetInvertedResidual: Module {
  private let expansion: ConvolutionUnit?
  private let depthwise: DepthwiseUnit
  private let convolution: Convolution
  private let normalization: BatchNormalization
  private let addsInput: Bool

  init(_ sizes: BlockSizes, initializer: inout Initializer) {
    let inner = sizes.expansion * sizes.inputs
    expansion =
      sizes.expansion == 1
      ? nil : ConvolutionUnit(inputChannels: sizes.inputs, outputChannels: inner, kernel: 1, initializer: &initializer)
    depthwise = DepthwiseUnit(channels: inner, stride: sizes.stride, initializer: &initializer)
    convolution = Convolution(
      inputChannels: inner, outputChannels: sizes.outputs, kernel: 1, bias: false, filters: .kaiming,
      initializer: &initializer)
    normalization = BatchNormalization(channels: sizes.outputs, initializer: initializer)
    addsInput = sizes.stride == 1 && sizes.inputs == sizes.outputs
  }

  var children: [(name: String, module: any Module)] {
    let parts: [(any Module)?] = [expansion, depthwise, convolution, normalization]
    return [("conv", Sequential(parts.compactMap { $0 }))]
  }

  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let wide = expansion?(x, training: training) ?? x
    return normalization.after(
      convolution, depthwise(wide, training: training), training: training, adding: addsInput ? x : nil)
  }
}
