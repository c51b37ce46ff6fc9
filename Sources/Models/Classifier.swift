import Compute

/// A network that tells classes of pictures apart.
///
/// Pictures [N, H, W, channels] in [0, 1] → logits [N, classes].
package protocol Classifier: Module {
  /// What rebuilds the network.
  var configuration: ClassifierConfiguration { get }

  /// What the logits are a linear map of, [N, features]; batch norm takes the batch's statistics while training.
  func features(_ x: Tensor, training: Bool) -> Tensor

  /// The logits of pictures.
  func callAsFunction(_ x: Tensor, training: Bool) -> Tensor
}

/// The classifiers by the names under which documents and command lines know them: to add one, write its file and give
/// it a case here.
package enum ClassifierNetwork: String, Sendable, CaseIterable {
  case resnet18

  /// The network of the published figures, where none is named.
  package static let standard = ClassifierNetwork.resnet18

  /// A network of the given sizes.
  fileprivate func build(_ configuration: ClassifierConfiguration, _ initializer: inout Initializer) -> any Classifier {
    switch self {
    case .resnet18: ResNet18(configuration, initializer: &initializer)
    }
  }
}

/// Which network a classifier is, and its sizes.
package struct ClassifierConfiguration: Sendable, Equatable {
  /// Which network.
  package var network: ClassifierNetwork
  /// Classes told apart.
  package var classes: Int
  /// Channels of the first stage, 64 as published; those of the others follow from it.
  package var width: Int
  /// Channels of a picture.
  package var channels: Int

  /// The published width for colour pictures, with what is given in its place.
  package init(network: ClassifierNetwork = .standard, classes: Int, width: Int = 64, channels: Int = 3) {
    (self.network, self.classes, self.width, self.channels) = (network, classes, width, channels)
  }

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
