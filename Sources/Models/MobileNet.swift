import Compute

/// The rows of MobileNet-V2 (Sandler et al., CVPR 2018; METHODS 2.3): inverted residual blocks with so many channels
/// between for each channel of their input, so many channels at the published width, so many of them, and the first
/// one's stride.
private struct Row {
  let expansion: Int
  let channels: Int
  let count: Int
  let stride: Int

  /// The published rows; the second keeps the size of small pictures.
  static func all(forSmallPictures small: Bool) -> [Row] {
    [
      Row(expansion: 1, channels: 16, count: 1, stride: 1),
      Row(expansion: 6, channels: 24, count: 2, stride: small ? 1 : 2),
      Row(expansion: 6, channels: 32, count: 3, stride: 2), Row(expansion: 6, channels: 64, count: 4, stride: 2),
      Row(expansion: 6, channels: 96, count: 3, stride: 1), Row(expansion: 6, channels: 160, count: 3, stride: 2),
      Row(expansion: 6, channels: 320, count: 1, stride: 1),
    ]
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
    var channels = configuration.scaled(32)
    conv1 = Convolution(
      inputChannels: configuration.channels, outputChannels: channels, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
    bn1 = BatchNormalization(channels: channels, initializer: initializer)
    var layers: [InvertedResidual] = []
    for row in Row.all(forSmallPictures: true) {
      let outputs = configuration.scaled(row.channels)
      for index in 0..<row.count {
        layers.append(
          InvertedResidual(
            inputChannels: channels, outputChannels: outputs, expansion: row.expansion,
            stride: index == 0 ? row.stride : 1, initializer: &initializer))
        channels = outputs
      }
    }
    self.layers = layers
    let last = configuration.scaled(1280)
    conv2 = Convolution(
      inputChannels: channels, outputChannels: last, kernel: 1, bias: false, initializer: &initializer)
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

  init(inputChannels: Int, outputChannels: Int, expansion: Int, stride: Int, initializer: inout Initializer) {
    let inner = expansion * inputChannels
    conv1 = Convolution(
      inputChannels: inputChannels, outputChannels: inner, kernel: 1, bias: false, initializer: &initializer)
    bn1 = BatchNormalization(channels: inner, initializer: initializer)
    conv2 = DepthwiseConvolution(channels: inner, stride: stride, initializer: &initializer)
    bn2 = BatchNormalization(channels: inner, initializer: initializer)
    conv3 = Convolution(
      inputChannels: inner, outputChannels: outputChannels, kernel: 1, bias: false, initializer: &initializer)
    bn3 = BatchNormalization(channels: outputChannels, initializer: initializer)
    shortcut =
      stride == 1
      ? Shortcut(inputChannels: inputChannels, outputChannels: outputChannels, stride: 1, initializer: &initializer)
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
    var channels = configuration.scaled(32)
    stem = ConvolutionUnit(
      inputChannels: configuration.channels, outputChannels: channels, kernel: 3, stride: 2, initializer: &initializer)
    var layers: [ImageNetInvertedResidual] = []
    for row in Row.all(forSmallPictures: false) {
      let outputs = configuration.scaled(row.channels)
      for index in 0..<row.count {
        layers.append(
          ImageNetInvertedResidual(
            inputChannels: channels, outputChannels: outputs, expansion: row.expansion,
            stride: index == 0 ? row.stride : 1, initializer: &initializer))
        channels = outputs
      }
    }
    self.layers = layers
    last = ConvolutionUnit(
      inputChannels: channels, outputChannels: configuration.scaled(1280), kernel: 1, initializer: &initializer)
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

  init(inputChannels: Int, outputChannels: Int, expansion: Int, stride: Int, initializer: inout Initializer) {
    let inner = expansion * inputChannels
    self.expansion =
      expansion == 1
      ? nil
      : ConvolutionUnit(inputChannels: inputChannels, outputChannels: inner, kernel: 1, initializer: &initializer)
    depthwise = DepthwiseUnit(channels: inner, stride: stride, initializer: &initializer)
    convolution = Convolution(
      inputChannels: inner, outputChannels: outputChannels, kernel: 1, bias: false, filters: .kaiming,
      initializer: &initializer)
    normalization = BatchNormalization(channels: outputChannels, initializer: initializer)
    addsInput = stride == 1 && inputChannels == outputChannels
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
