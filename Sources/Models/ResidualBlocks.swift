import Compute

/// A residual block, [N, H, W, in] → [N, H/stride, W/stride, expansion·channels].
package protocol ResidualBlock: Module {
  /// Channels of its result for each of its inner convolutions' channels.
  static var expansion: Int { get }

  /// A block with PyTorch's default initialisation.
  init(inputChannels: Int, channels: Int, stride: Int, initializer: inout Initializer)

  /// Applies the block to feature maps.
  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor
}

/// The basic residual block (He et al., "Deep residual learning", CVPR 2016), [N, H, W, in] → [N, H/stride, W/stride,
/// channels]:
///
///     y = ReLU(BN(conv3×3(ReLU(BN(conv3×3 stride(x))))) + shortcut(x))
package final class BasicBlock: ResidualBlock {
  package static let expansion = 1
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let conv2: Convolution
  private let bn2: BatchNormalization
  private let shortcut: Shortcut

  package init(inputChannels: Int, channels: Int, stride: Int = 1, initializer: inout Initializer) {
    conv1 = Convolution(
      inputChannels: inputChannels, outputChannels: channels, kernel: 3, stride: stride, padding: 1, bias: false,
      initializer: &initializer)
    bn1 = BatchNormalization(channels: channels, initializer: initializer)
    conv2 = Convolution(
      inputChannels: channels, outputChannels: channels, kernel: 3, padding: 1, bias: false, initializer: &initializer)
    bn2 = BatchNormalization(channels: channels, initializer: initializer)
    shortcut = Shortcut(
      inputChannels: inputChannels, outputChannels: channels, stride: stride, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1), ("conv2", conv2), ("bn2", bn2), ("shortcut", shortcut)]
  }

  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let inner = bn1.after(conv1, x, training: training, rectified: true)
    return bn2.after(conv2, inner, training: training, adding: shortcut(x, training: training), rectified: true)
  }
}

/// The bottleneck block of deeper networks (the same paper), [N, H, W, in] → [N, H/stride, W/stride, 4·channels]:
///
///     y = ReLU(BN(conv1×1(ReLU(BN(conv3×3 stride(ReLU(BN(conv1×1(x)))))))) + shortcut(x))
package final class BottleneckBlock: ResidualBlock {
  package static let expansion = 4
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let conv2: Convolution
  private let bn2: BatchNormalization
  private let conv3: Convolution
  private let bn3: BatchNormalization
  private let shortcut: Shortcut

  package init(inputChannels: Int, channels: Int, stride: Int = 1, initializer: inout Initializer) {
    let output = Self.expansion * channels
    conv1 = Convolution(
      inputChannels: inputChannels, outputChannels: channels, kernel: 1, bias: false, initializer: &initializer)
    bn1 = BatchNormalization(channels: channels, initializer: initializer)
    conv2 = Convolution(
      inputChannels: channels, outputChannels: channels, kernel: 3, stride: stride, padding: 1, bias: false,
      initializer: &initializer)
    bn2 = BatchNormalization(channels: channels, initializer: initializer)
    conv3 = Convolution(
      inputChannels: channels, outputChannels: output, kernel: 1, bias: false, initializer: &initializer)
    bn3 = BatchNormalization(channels: output, initializer: initializer)
    shortcut = Shortcut(
      inputChannels: inputChannels, outputChannels: output, stride: stride, initializer: &initializer)
  }

  package var children: [(name: String, module: any Module)] {
    [
      ("conv1", conv1), ("bn1", bn1), ("conv2", conv2), ("bn2", bn2), ("conv3", conv3), ("bn3", bn3),
      ("shortcut", shortcut),
    ]
  }

  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let reduced = bn1.after(conv1, x, training: training, rectified: true)
    let inner = bn2.after(conv2, reduced, training: training, rectified: true)
    return bn3.after(conv3, inner, training: training, adding: shortcut(x, training: training), rectified: true)
  }
}

/// What a residual block adds: x itself, or BN(conv1×1 stride(x)) where the size or the number of channels changes.
package final class Shortcut: Module {
  private let projection: (convolution: Convolution, normalization: BatchNormalization)?

  /// A shortcut with PyTorch's default initialisation.
  package init(inputChannels: Int, outputChannels: Int, stride: Int, initializer: inout Initializer) {
    guard stride != 1 || inputChannels != outputChannels else {
      projection = nil
      return
    }
    let convolution = Convolution(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: 1, stride: stride, bias: false,
      initializer: &initializer)
    projection = (convolution, BatchNormalization(channels: outputChannels, initializer: initializer))
  }

  package var children: [(name: String, module: any Module)] {
    projection.map { Sequential([$0.convolution, $0.normalization]).children } ?? []
  }

  /// What is added for feature maps [N, H, W, in].
  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    projection.map { $0.normalization.after($0.convolution, x, training: training) } ?? x
  }
}

/// Residual blocks one after the other, the first of which may change size and channels.
package final class ResidualStage: Module {
  private let blocks: [any ResidualBlock]

  /// `count` blocks; the stride is the first one's.
  package init(
    of block: any ResidualBlock.Type, inputChannels: Int, channels: Int, stride: Int, count: Int,
    initializer: inout Initializer
  ) {
    var blocks: [any ResidualBlock] = []
    for index in 0..<count {
      blocks.append(
        block.init(
          inputChannels: index == 0 ? inputChannels : block.expansion * channels, channels: channels,
          stride: index == 0 ? stride : 1, initializer: &initializer))
    }
    self.blocks = blocks
  }

  package var children: [(name: String, module: any Module)] { Sequential(blocks).children }

  /// Applies the blocks in order to feature maps [N, H, W, in].
  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    blocks.reduce(x) { $1($0, training: training) }
  }
}
