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

  /// How many numbers such a model is trained in, as a double because sizes yet to be checked may be large.
  package var parameterCount: Double {
    let (w, l, c) = (Double(width), Double(latent), Double(channels))
    let encoder = 9 * c * w + 2 * w + 2 * (18 * w * w + 4 * w) + (54 + 2) * w * w + 12 * w
    let heads = (2 * w * l + l) * (architecture == .ae ? 1 : 2) + 2 * w * l + 2 * w
    let decoder = 32 * w * w + w + 9 * w * w + w + 4.5 * w * w + w / 2 + 4.5 * w * c + c
    let embedding = Double(classes) * 2 * w * Double(height / 2) * Double(imageWidth / 2)
    return encoder + heads + (architecture == .dvae ? 2 * decoder + embedding : decoder)
  }
}
