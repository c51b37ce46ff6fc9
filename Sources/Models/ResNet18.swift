import Compute
import Random

/// ResNet-18 in the form for small pictures (METHODS 2.1): a 3×3 stem with stride 1, no maximum pool, four stages of two
/// basic blocks, a global average pool and a linear map. Width 64 is the published size.
///
/// Pictures [N, H, W, channels] in [0, 1] → logits [N, classes].
package final class ResNet18: Module {
  /// The sizes that rebuild the network.
  package struct Configuration: Sendable, Equatable {
    /// Classes told apart.
    package var classes: Int
    /// Channels of the first stage; the others have twice, four and eight times as many.
    package var width: Int
    /// Channels of a picture.
    package var channels: Int

    /// The published width for colour pictures, with what is given in its place.
    package init(classes: Int, width: Int = 64, channels: Int = 3) {
      self.classes = classes
      self.width = width
      self.channels = channels
    }

    /// How many numbers such a network is trained in, as a double because sizes yet to be checked may be large.
    package var parameterCount: Double {
      let w = Double(width)
      let stem = 9 * Double(channels) * w + 2 * w
      let first = 36 * w * w + 8 * w
      // The other stages, of 2w, 4w and 8w channels, each from half as many: 4.5 + 27 filters and 0.5 of the shortcut a
      // channel squared, and five normalisations.
      let others = [2.0, 4, 8].reduce(0) { $0 + 32 * ($1 * w) * ($1 * w) + 10 * $1 * w }
      return stem + first + others + (8 * w + 1) * Double(classes)
    }
  }

  /// The sizes this network was built with.
  package let configuration: Configuration
  private let conv1: Convolution
  private let bn1: BatchNormalization
  private let layers: [ResidualStage]
  private let linear: Linear

  /// A network with PyTorch's default initialisation.
  package init(_ configuration: Configuration, random: inout RandomStream) {
    let width = configuration.width
    self.configuration = configuration
    conv1 = Convolution(
      inputChannels: configuration.channels, outputChannels: width, kernel: 3, padding: 1, bias: false, random: &random)
    bn1 = BatchNormalization(channels: width)
    var layers: [ResidualStage] = []
    for (input, output, stride) in [(1, 1, 1), (1, 2, 2), (2, 4, 2), (4, 8, 2)] {
      layers.append(
        ResidualStage(
          inputChannels: input * width, outputChannels: output * width, stride: stride, count: 2, random: &random))
    }
    self.layers = layers
    linear = Linear(inputs: 8 * width, outputs: configuration.classes, random: &random)
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
