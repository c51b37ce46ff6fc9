import Compute

/// A network that tells classes of pictures apart.
///
/// Pictures [N, H, W, channels] in [0, 1] → logits [N, classes].
package protocol Classifier: Module {
  /// What rebuilds the network.
  var configuration: ClassifierConfiguration { get }

  /// What the logits are a linear map of, [N, features]; batch norm takes the batch's statistics while training.
  func features(_ x: Tensor, training: Bool) -> Tensor

  /// That linear map, [N, features] → [N, classes].
  func logits(_ features: Tensor) -> Tensor

  /// The share of the features that training drops at random.
  var dropout: Float { get }
}

extension Classifier {
  /// None.
  package var dropout: Float { 0 }

  /// The logits of pictures, without dropout.
  package func callAsFunction(_ x: Tensor, training: Bool) -> Tensor { logits(features(x, training: training)) }
}

/// The classifiers by the names under which documents and command lines know them: to add one, write its file and give
/// it a case here.
package enum ClassifierNetwork: String, Sendable, CaseIterable {
  case resnet18, resnet34, resnet50, densenet121, mobilenetv2
  case mobilenetv2ImageNet = "mobilenetv2-imagenet"

  /// The network of the published figures, where none is named.
  package static let standard = ClassifierNetwork.resnet18

  /// Rows and columns that a picture has at least: DenseNet halves them three times, and others leave one pixel of any.
  package var smallestSide: Int { self == .densenet121 ? 8 : 1 }

  /// Rows or columns of the last feature maps of pictures with so many.
  private func lastSide(_ side: Int) -> Int {
    switch self {
    case .densenet121: side / 8
    case .mobilenetv2ImageNet: (side + 31) / 32
    default: (side + 7) / 8
    }
  }

  /// Why pictures are too small, in words; nil where they are not.
  package func refusal(height: Int, width: Int) -> String? {
    guard min(height, width) < smallestSide else { return nil }
    return
      "pictures are \(height)×\(width) pixels where \(rawValue) takes \(smallestSide)×\(smallestSide) at least; decode "
      + "them again with --size"
  }

  /// Why it cannot be trained on so many pictures a step, in words; nil where it can: batch norm makes 0 of a single value.
  package func refusal(height: Int, width: Int, batch: Int) -> String? {
    guard batch == 1, lastSide(height) * lastSide(width) == 1 else { return nil }
    return
      "a step of 1 picture of \(height)×\(width) pixels ends in one value a channel, of which batch norm makes 0; give "
      + "--batch 2 or more, more records or another --model"
  }

  /// A network of the given sizes.
  fileprivate func build(_ configuration: ClassifierConfiguration, _ initializer: inout Initializer) -> any Classifier {
    switch self {
    case .resnet18:
      ResNet(configuration, block: BasicBlock.self, counts: [2, 2, 2, 2], initializer: &initializer)
    case .resnet34:
      ResNet(configuration, block: BasicBlock.self, counts: [3, 4, 6, 3], initializer: &initializer)
    case .resnet50:
      ResNet(configuration, block: BottleneckBlock.self, counts: [3, 4, 6, 3], initializer: &initializer)
    case .densenet121: DenseNet(configuration, initializer: &initializer)
    case .mobilenetv2: MobileNet(configuration, initializer: &initializer)
    case .mobilenetv2ImageNet: ImageNetMobileNet(configuration, initializer: &initializer)
    }
  }
}

/// Which network a classifier is, and its sizes.
package struct ClassifierConfiguration: Sendable, Equatable {
  /// Which network.
  package var network: ClassifierNetwork
  /// Classes told apart.
  package var classes: Int
  /// 64 as published, where it is the channels of a ResNet's first stage; those of all networks follow from it.
  package var width: Int
  /// Channels of a picture.
  package var channels: Int

  /// The published width for colour pictures, with what is given in its place.
  package init(network: ClassifierNetwork = .standard, classes: Int, width: Int = 64, channels: Int = 3) {
    (self.network, self.classes, self.width, self.channels) = (network, classes, width, channels)
  }

  /// So many channels of the published width, 64, at this one: at least one.
  func scaled(_ channels: Int) -> Int { max(1, (channels * width + 32) / 64) }

  /// The network, its parameters from the initialiser.
  package func build(_ initializer: inout Initializer) -> any Classifier { network.build(self, &initializer) }

  /// The network with first values drawn by a seed.
  package func build(seed: UInt64, purpose: String = "weights") -> any Classifier {
    var initializer = Initializer(seed: seed, purpose: purpose)
    return build(&initializer)
  }

  /// The network's shapes, without memory for its values.
  package var shapes: any Classifier {
    var initializer = Initializer.shapesAlone
    return build(&initializer)
  }
}
