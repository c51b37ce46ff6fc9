import Compute

/// D-VAE (Yu et al., ICML 2024, §3.4), or one of its two simpler relatives.
///
///     x ─ encoder ─ μ, ln σ² ─ z₁ = μ + σ·ε ─ z ─┬─ decoder ─ sigmoid ─ x̂
///                                                └─ (+ e_y) ─ decoder_p ─ p̂
///
/// Here e_y is added to z; by `embeddingInput` it may instead be added to the encoder's features h, past the bottleneck.
///
/// Pictures are [N, H, W, channels] in [0, 1]; the latent is [N, H/2, W/2, latent]. The parameters bear the names of the
/// published checkpoints.
package final class VariationalAutoencoder: Module {
  /// The sizes this model was built with.
  package let configuration: AutoencoderConfiguration
  private let encoder: ResidualEncoder
  private let meanHead: Convolution
  private let logVarianceHead: Convolution?
  private let postConvolution: Convolution
  private let pictureDecoder: PictureDecoder
  private let perturbation: (decoder: PictureDecoder, embedding: Embedding)?

  /// The distribution of the latent that the encoder finds for a batch.
  package struct Latent {
    /// μ, [N, H/2, W/2, latent].
    package let mean: Tensor
    /// ln σ², of the same shape; nil for the plain autoencoder.
    package let logVariance: Tensor?
    /// h, the encoder's features from which they follow, [N, H/2, W/2, 2·width].
    package let features: Tensor
  }

  /// A model with PyTorch's default initialisation. Precondition: `configuration` holds positive sizes; height, image
  /// width and width are even, and the stem is one of `AutoencoderConfiguration.stems`.
  package init(_ configuration: AutoencoderConfiguration, initializer: inout Initializer) {
    precondition(
      configuration.height % 2 == 0 && configuration.imageWidth % 2 == 0 && configuration.width % 2 == 0,
      "sizes of \(configuration) are not even")
    let (width, latent) = (configuration.width, configuration.latent)
    self.configuration = configuration
    precondition(AutoencoderConfiguration.stems.contains(configuration.stem), "a stem of \(configuration.stem)")
    encoder = ResidualEncoder(
      channels: configuration.channels, width: width, stem: configuration.stem, initializer: &initializer)
    meanHead = Convolution(inputChannels: 2 * width, outputChannels: latent, kernel: 1, initializer: &initializer)
    logVarianceHead =
      configuration.architecture == .ae
      ? nil : Convolution(inputChannels: 2 * width, outputChannels: latent, kernel: 1, initializer: &initializer)
    postConvolution = Convolution(
      inputChannels: latent, outputChannels: 2 * width, kernel: 1, initializer: &initializer)
    pictureDecoder = PictureDecoder(
      name: "decoder", channels: configuration.channels, width: width, initializer: &initializer)
    if configuration.architecture == .dvae {
      let decoder = PictureDecoder(
        name: "decoder_p", channels: configuration.channels, width: width, initializer: &initializer)
      let cells = configuration.height / 2 * (configuration.imageWidth / 2)
      let embedding = Embedding(rows: configuration.classes, columns: 2 * width * cells, initializer: &initializer)
      perturbation = (decoder, embedding)
    } else {
      perturbation = nil
    }
  }

  package var children: [(name: String, module: any Module)] {
    encoder.children + [("fc_mu", meanHead)] + (logVarianceHead.map { [("fc_var", $0)] } ?? [])
      + [("post_conv", postConvolution)] + pictureDecoder.children
      + (perturbation.map { $0.decoder.children + [("emb_p", $0.embedding)] } ?? [])
  }

  /// Whether the model has a perturbation decoder.
  package var disentangles: Bool { perturbation != nil }

  /// The latent's distribution for pictures [N, H, W, channels].
  package func encode(_ x: Tensor, training: Bool) -> Latent {
    let features = encoder(x, training: training)
    return Latent(mean: meanHead(features), logVariance: logVarianceHead?(features), features: features)
  }

  /// What both decoders start from, [N, H/2, W/2, 2·width]: a draw from the latent by numbers from N(0, 1), or its
  /// mean where there are none.
  package func code(_ latent: Latent, noise: Noise?) -> Tensor {
    guard let noise, let logVariance = latent.logVariance else { return postConvolution(latent.mean) }
    return postConvolution(sampleLatent(mean: latent.mean, logVariance: logVariance, noise: noise))
  }

  /// x̂ in [0, 1], [N, H, W, channels].
  package func reconstruct(_ code: Tensor) -> Tensor {
    sigmoid(pictureDecoder(code))
  }

  /// p̂, unbounded, [N, H, W, channels]; nil where the model does not disentangle. One label in 0..<classes a record.
  ///
  /// - Parameter latent: what the code was made of.
  package func perturbation(_ code: Tensor, of latent: Latent, labels: [Int]) -> Tensor? {
    let input = configuration.embeddingInput == .stem ? latent.features : code
    return perturbation.map { $0.decoder(classEmbedding(input, table: $0.embedding.weight, labels: labels)) }
  }
}
