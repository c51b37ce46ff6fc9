import OrderedCollections

/// A trained model as it travels: what it is, how to build it, and its weights under PyTorch's names.
package struct ModelDocument: Sendable, Equatable {
  /// Which network: `dvae`, `vae`, `ae`, `resnet18` and others.
  package let arch: String
  /// Every size needed to build the network again, and how it was trained.
  package let config: [String: JSON]
  /// The names of the classes that it was trained on, by their numbers; nil where its records did not tell them.
  package let classes: [String]?
  /// One entry for every command on the way to this model.
  package let history: [HistoryEntry]
  /// The weights, in PyTorch's layouts.
  package let tensors: OrderedDictionary<String, Column>
  /// "sha256:" and the hash of the safetensors document, which `zstd -dc MODEL | sha256sum` prints too.
  package let digest: String

  /// A model to be written.
  ///
  /// - Throws: `Failure` of kind `software` when its digest cannot be computed.
  package init(
    arch: String, config: [String: JSON], classes: [String]? = nil, history: [HistoryEntry] = [],
    tensors: OrderedDictionary<String, Column>
  ) throws {
    self.arch = arch
    self.config = config
    self.classes = classes
    self.history = history
    self.tensors = tensors
    digest = try Digest.sha256(Self.document(arch, config, classes, history, tensors).serialized())
  }

  /// Reads a file that holds one model and nothing else.
  ///
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte.
  package static func read(_ input: InputFile, limits: StreamLimits = .init()) throws -> ModelDocument {
    let frames = try FrameReader.ofDocuments(input, limits: limits)
    return try read(frames, first: frames.firstDocument("a model"), limits: limits)
  }

  /// Reads on behind a file's first document, which has to be a model.
  package static func read(_ frames: FrameReader, first bytes: [UInt8], limits: StreamLimits) throws -> ModelDocument {
    try frames.onlyDocument(bytes, "model") { try ModelDocument(parsing: $0, limits) }
  }

  /// Writes the model and its end mark. The caller commits the output.
  package func write(to output: OutputFile, compressionLevel: Int = 1) throws {
    let frames = try FrameWriter(output, compressionLevel: compressionLevel)
    try frames.write(document: Self.document(arch, config, classes, history, tensors).serialized())
    try frames.writeEndMark(count: 1)
  }

  static let archKey = "ue.arch"
  static let configKey = "ue.config"

  /// The model that a document holds.
  ///
  /// - Throws: `Failure` of kind `data`, without a place.
  init(parsing bytes: [UInt8], _ limits: StreamLimits) throws {
    let document = try Document(parsing: bytes, limits: limits)
    let metadata = document.metadata
    try DocumentKind.model.check(metadata)
    guard let arch = metadata[Self.archKey] else { throw Failure(.data, "a model without \"\(Self.archKey)\"") }
    self.arch = arch
    config = try JSON.object(metadata: metadata, Self.configKey)
    classes = try ImageBatch.names(metadata[ImageBatch.classesKey])
    history = try [HistoryEntry](metadata: metadata[ImageBatch.historyKey])
    tensors = document.tensors
    digest = try Digest.sha256(bytes)
  }

  private static func document(
    _ arch: String, _ config: [String: JSON], _ classes: [String]?, _ history: [HistoryEntry],
    _ tensors: OrderedDictionary<String, Column>
  ) -> Document {
    var metadata = DocumentKind.model.metadata
    metadata[archKey] = arch
    metadata[configKey] = config.sortedText
    metadata[ImageBatch.classesKey] = classes.map { JSON.array($0.map(JSON.string)).text }
    metadata[ImageBatch.historyKey] = history.metadata
    return Document(metadata: metadata, tensors: tensors)
  }
}
