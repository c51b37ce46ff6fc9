import OrderedCollections

/// A training that has not come to its end, as it lies on disk: what is trained on what, how far it has come, and the
/// arrays that it goes on from.
///
/// It is a document like a model: `ue.kind=checkpoint`, with the `ue.arch` and `ue.config` that the model will have.
package struct CheckpointDocument: Sendable, Equatable {
  /// What a training is: where two agree in it, they take the same steps.
  package struct Training: Sendable, Equatable {
    /// The tool that trains.
    package let tool: String
    /// The version of the tools.
    package let version: String
    /// Which network is trained.
    package let arch: String
    /// Its sizes, and how it is trained.
    package let config: [String: JSON]
    /// What it is trained on: `Spool.identity`.
    package let data: [String: JSON]

    /// A training of the given parts.
    package init(tool: String, version: String, arch: String, config: [String: JSON], data: [String: JSON]) {
      (self.tool, self.version, self.arch, self.config, self.data) = (tool, version, arch, config, data)
    }

    /// In words what sets this training apart from another; nil where nothing does.
    package func difference(from other: Training) -> String? {
      if tool != other.tool { return Self.words("the tool", tool, other.tool) }
      if version != other.version { return Self.words("the version of ue-tools", version, other.version) }
      if arch != other.arch { return Self.words("the model", arch, other.arch) }
      return Self.difference("the option or size", config, other.config)
        ?? Self.difference("the training set's", data, other.data)
    }

    private static func difference(_ what: String, _ one: [String: JSON], _ other: [String: JSON]) -> String? {
      let key = Set(one.keys).union(other.keys).sorted().first { one[$0] != other[$0] }
      return key.map { words("\(what) \($0.printable)", one[$0]?.text, other[$0]?.text) }
    }

    private static func words(_ what: String, _ one: String?, _ other: String?) -> String {
      let (one, other) = (one?.quoted ?? "not given", other?.quoted ?? "not given")
      return "\(what) is \(one) there and \(other) here"
    }
  }

  /// How far a training has come.
  package struct Position: Sendable, Equatable {
    /// The epoch, from 0.
    package let epoch: Int
    /// Steps taken in it.
    package let step: Int
    /// The sums of its figures over those steps, by their names.
    package let sums: OrderedDictionary<String, Double>

    /// "step 3 of epoch 2".
    package var words: String { "step \(step) of epoch \(epoch + 1)" }

    /// A position after so many steps of an epoch.
    package init(epoch: Int, step: Int, sums: OrderedDictionary<String, Double>) {
      (self.epoch, self.step, self.sums) = (epoch, step, sums)
    }
  }

  /// What is trained on what.
  package let training: Training
  /// How far it has come.
  package let position: Position
  /// The arrays that training changes, in the form of a model's tensors.
  package let tensors: OrderedDictionary<String, Column>

  /// A checkpoint to be written.
  package init(training: Training, position: Position, tensors: OrderedDictionary<String, Column>) {
    (self.training, self.position, self.tensors) = (training, position, tensors)
  }

  /// Reads a file that holds one checkpoint and nothing else.
  ///
  /// - Throws: `Failure` of kind `data`, naming file, frame and byte.
  package static func read(_ input: InputFile, limits: StreamLimits = .init()) throws -> CheckpointDocument {
    let frames = try FrameReader.ofDocuments(input, limits: limits)
    return try read(frames, first: frames.firstDocument("a checkpoint"), limits: limits)
  }

  /// Reads on behind a file's first document, which has to be a checkpoint.
  package static func read(_ frames: FrameReader, first bytes: [UInt8], limits: StreamLimits) throws
    -> CheckpointDocument
  {
    try frames.onlyDocument(bytes, "checkpoint") { try CheckpointDocument(parsing: $0, limits) }
  }

  /// Writes the checkpoint and its end mark. The caller commits the output.
  package func write(to output: OutputFile) throws {
    var metadata = DocumentKind.checkpoint.metadata
    metadata[Self.toolKey] = training.tool
    metadata[Self.versionKey] = training.version
    metadata[ModelDocument.archKey] = training.arch
    metadata[ModelDocument.configKey] = training.config.sortedText
    metadata[Self.dataKey] = training.data.sortedText
    metadata[Self.positionKey] = position.json.text
    let frames = try FrameWriter(output)
    try frames.write(document: Document(metadata: metadata, tensors: tensors).serialized())
    try frames.writeEndMark(count: 1)
  }

  private static let toolKey = "ue.tool"
  private static let versionKey = "ue.tools"
  private static let dataKey = "ue.data"
  private static let positionKey = "ue.position"

  private init(parsing bytes: [UInt8], _ limits: StreamLimits) throws {
    let document = try Document(parsing: bytes, limits: limits)
    let metadata = document.metadata
    try DocumentKind.checkpoint.check(metadata)
    guard let tool = metadata[Self.toolKey], let version = metadata[Self.versionKey],
      let arch = metadata[ModelDocument.archKey]
    else {
      throw Failure(
        .data, "a checkpoint without \"\(Self.toolKey)\", \"\(Self.versionKey)\" or \"\(ModelDocument.archKey)\"")
    }
    training = Training(
      tool: tool, version: version, arch: arch, config: try JSON.object(metadata: metadata, ModelDocument.configKey),
      data: try JSON.object(metadata: metadata, Self.dataKey))
    guard let position = Position(json: try JSON.object(metadata: metadata, Self.positionKey)) else {
      throw Failure(.data, "the metadata \"\(Self.positionKey)\" is no position of a training")
    }
    self.position = position
    tensors = document.tensors
  }
}

extension CheckpointDocument.Position {
  /// Sums are written as words, which JSON's numbers would not suffice for: they may be infinite.
  fileprivate var json: JSON {
    [
      "epoch": .integer(epoch), "step": .integer(step),
      "sums": .object(sums.mapValues { .string("\($0)") }),
    ]
  }

  fileprivate init?(json: [String: JSON]) {
    guard let epoch = json["epoch"]?.integer, let step = json["step"]?.integer, let words = json["sums"]?.object
    else { return nil }
    let sums = words.compactMapValues { $0.string.flatMap(Double.init) }
    // The epoch is told counted from 1.
    guard (0..<Int.max).contains(epoch), step >= 0, sums.count == words.count else { return nil }
    self.init(epoch: epoch, step: step, sums: sums)
  }
}
