import Compute

/// The basic residual block (He et al., "Deep residual learning", CVPR 2016), [N, H, W, in] → [N, H/stride, W/stride, out]:
///
///     y = ReLU(BN(conv3×3(ReLU(BN(conv3×3 stride(x))))) + shortcut(x))
///
/// The shortcut is x itself, or BN(conv1×1 stride(x)) where the size or the number of channels changes.
package final class BasicBlock: Module {
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let conv2: Convolution
  private let bn2: BatchNormalization
  private let shortcut: (convolution: Convolution, normalization: BatchNormalization)?

  /// A block with PyTorch's default initialisation.
  package init(inputChannels: Int, outputChannels: Int, stride: Int = 1, initializer: inout Initializer) {
    conv1 = Convolution(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: 3, stride: stride, padding: 1, bias: false,
      initializer: &initializer)
    bn1 = BatchNormalization(channels: outputChannels, initializer: initializer)
    conv2 = Convolution(
      inputChannels: outputChannels, outputChannels: outputChannels, kernel: 3, padding: 1, bias: false,
      initializer: &initializer)
    bn2 = BatchNormalization(channels: outputChannels, initializer: initializer)
    if stride != 1 || inputChannels != outputChannels {
      let convolution = Convolution(
        inputChannels: inputChannels, outputChannels: outputChannels, kernel: 1, stride: stride, bias: false,
        initializer: &initializer)
      shortcut = (convolution, BatchNormalization(channels: outputChannels, initializer: initializer))
    } else {
      shortcut = nil
    }
  }

  package var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1), ("conv2", conv2), ("bn2", bn2)]
      + (shortcut.map { [("shortcut", Sequential([$0.convolution, $0.normalization]))] } ?? [])
  }

  /// Applies the block to feature maps [N, H, W, in].
  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor {
    let inner = bn1.after(conv1, x, training: training, rectified: true)
    let residual = shortcut.map { $0.normalization.after($0.convolution, x, training: training) } ?? x
    return bn2.after(conv2, inner, training: training, adding: residual, rectified: true)
  }
}

/// Basic blocks one after the other, the first of which may change size and channels.
package final class ResidualStage: Module {
  private let blocks: [BasicBlock]

  /// `count` blocks; the stride is the first one's.
  package init(inputChannels: Int, outputChannels: Int, stride: Int, count: Int, initializer: inout Initializer) {
    var blocks: [BasicBlock] = []
    for index in 0..<count {
      blocks.append(
        BasicBlock(
          inputChannels: index == 0 ? inputChannels : outputChannels, outputChannels: outputChannels,
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

/// Modules under the numbers that PyTorch's `Sequential` gives them; what they compute is written where they are used.
///
/// A place without parameters, such as a rectifier, has no module but keeps its number.
package final class Sequential: Module {
  /// The parts, named by their places.
  package let children: [(name: String, module: any Module)]

  /// The modules at places 0, 1, …
  package init(_ modules: [any Module]) {
    children = modules.enumerated().map { ("\($0.offset)", $0.element) }
  }
}
