import Models
import OrderedCollections
import Records
import Training

/// An autoencoder as it travels between the tools.
package enum AutoencoderDocument {
  /// The model's document: weights, the sizes that rebuild it, and how it was trained.
  ///
  /// - Parameters:
  ///   - training: further entries of the configuration.
  ///   - classes: the names of its first classes, where the records had them.
  /// - Throws: a software failure where no digest can be computed.
  package static func make(
    _ model: VariationalAutoencoder, training: [String: JSON], classes: [String]?, history: [HistoryEntry]
  ) throws -> ModelDocument {
    let sizes = model.configuration
    return try ModelDocument(
      arch: sizes.architecture.rawValue, config: config(sizes, training: training), classes: classes,
      history: history, tensors: model.columns)
  }

  /// The configuration of a model's document: its sizes, and further entries on how it was trained.
  static func config(_ sizes: AutoencoderConfiguration, training: [String: JSON]) -> [String: JSON] {
    let config: [String: JSON] = [
      "width": .integer(sizes.width), "latent": .integer(sizes.latent), "classes": .integer(sizes.classes),
      "stem": .integer(sizes.stem), "height": .integer(sizes.height), "image_width": .integer(sizes.imageWidth),
      "channels": .integer(sizes.channels), "embedding_input": .string(sizes.embeddingInput.rawValue),
    ]
    return config.merging(training) { size, _ in size }
  }

  /// The model that a document holds, and the names of the tensors that it has no place for.
  ///
  /// - Parameter name: the document's file, for messages.
  /// - Throws: a data failure for a model of another kind, a size that is missing or does not fit the weights, and tensors
  ///   that are missing or of another shape.
  package static func load(
    _ document: ModelDocument, name: String
  ) throws -> (model: VariationalAutoencoder, ignored: [String]) {
    guard let architecture = AutoencoderConfiguration.Architecture(rawValue: document.arch) else {
      throw Failure(
        .data, "\(name): this is a model of the kind \(document.arch.quoted); a dvae, vae or ae is expected")
    }
    let reader = ConfigurationReader(document, name: name)
    var configuration = AutoencoderConfiguration(
      architecture: architecture, height: try reader.size("height"), imageWidth: try reader.size("image_width"),
      channels: try reader.size("channels"), classes: try reader.size("classes"), width: try reader.size("width"),
      latent: try reader.size("latent"))
    configuration.stem = try reader.size("stem")
    configuration.embeddingInput = try embeddingInput(document, name)
    try check(configuration, reader)
    let model = configuration.shapes
    return (model, try model.load(spatial(document.tensors, configuration), from: name))
  }

  /// Models from before the choice was written have the paper's.
  private static func embeddingInput(
    _ document: ModelDocument, _ name: String
  ) throws -> AutoencoderConfiguration.EmbeddingInput {
    guard let value = document.config["embedding_input"] else { return .latent }
    guard let input = value.string.flatMap(AutoencoderConfiguration.EmbeddingInput.init) else {
      throw Failure(
        .data,
        "\(name): the model's ue.config gives \(value.text.quoted) for 'embedding_input', where \"latent\" or \"stem\" is "
          + "expected")
    }
    return input
  }

  /// The tensors with one number of an embedding for each cell, where the document has one for all cells of a channel:
  /// the official code's model where its option spatial_emb is left out.
  private static func spatial(
    _ tensors: OrderedDictionary<String, Column>, _ sizes: AutoencoderConfiguration
  ) -> OrderedDictionary<String, Column> {
    let cells = sizes.height / 2 * (sizes.imageWidth / 2)
    guard let table = tensors[embedding], table.type == .f32, table.shape == [sizes.classes, 2 * sizes.width],
      table.bytes.count <= StreamLimits().documentBytes / cells
    else { return tensors }
    var tensors = tensors
    let numbers = table.floats.flatMap { [Float](repeating: $0, count: cells) }
    tensors[embedding] = Column(numbers, shape: [sizes.classes, 2 * sizes.width * cells])
    return tensors
  }

  private static let embedding = "emb_p.weight"

  private static func check(_ sizes: AutoencoderConfiguration, _ reader: ConfigurationReader) throws {
    guard AutoencoderConfiguration.stems.contains(sizes.stem) else {
      throw Failure(
        .data,
        "\(reader.name): a stem of \(sizes.stem) convolutions; this version knows models with a stem of 7 or 9")
    }
    guard sizes.height % 2 == 0, sizes.imageWidth % 2 == 0, sizes.width % 2 == 0 else {
      throw Failure(.data, "\(reader.name): the configuration's height, image_width and width must be even")
    }
  }
}
