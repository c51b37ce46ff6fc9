import Compute

/// The sizes of an autoencoder of the D-VAE family.
package struct AutoencoderConfiguration: Sendable, Equatable {
  /// Which of the family's models it is.
  package enum Architecture: String, Sendable, CaseIterable {
    /// The disentangling variational autoencoder (PAPER §3.4): a second decoder for the perturbation.
    case dvae
    /// The plain variational autoencoder (PAPER Eq. 3): no perturbation decoder.
    case vae
    /// The autoencoder without a distribution: no perturbation decoder, no draw.
    case ae
  }

  /// What the embedding of the class is added to, which the perturbation's decoder starts from.
  package enum EmbeddingInput: String, Sendable, CaseIterable {
    /// What the bottleneck lets through, z: the paper's model.
    case latent
    /// What the encoder finds before the bottleneck, h: the official code's model where its option use_y is left on.
    case stem
  }

  /// The numbers of convolutions that an encoder may have.
  package static let stems = [7, 9]

  /// Which of the family's models it is.
  package var architecture: Architecture
  /// Rows of a picture, even.
  package var height: Int
  /// Columns of a picture, even.
  package var imageWidth: Int
  /// Channels of a picture.
  package var channels: Int
  /// Classes with an embedding each.
  package var classes: Int
  /// Channels of the first convolution, even; 64 as published.
  package var width: Int
  /// Channels of the latent; 256 as published.
  package var latent: Int
  /// Convolutions of the encoder, one of `stems`; 7 as published.
  package var stem = 7
  /// What the embedding of the class is added to.
  package var embeddingInput = EmbeddingInput.latent

  /// The published sizes, with what is given in their place.
  package init(
    architecture: Architecture = .dvae, height: Int = 32, imageWidth: Int = 32, channels: Int = 3, classes: Int = 10,
    width: Int = 64, latent: Int = 256
  ) {
    self.architecture = architecture
    self.height = height
    self.imageWidth = imageWidth
    self.channels = channels
    self.classes = classes
    self.width = width
    self.latent = latent
  }

  /// The model with first values drawn by a seed.
  package func build(seed: UInt64) -> VariationalAutoencoder {
    var initializer = Initializer(seed: seed, purpose: "weights")
    return VariationalAutoencoder(self, initializer: &initializer)
  }

  /// The model's shapes, without memory for its values.
  package var shapes: VariationalAutoencoder {
    var initializer = Initializer.shapesAlone
    return VariationalAutoencoder(self, initializer: &initializer)
  }
}
