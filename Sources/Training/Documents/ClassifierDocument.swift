import Models
import Records

extension ClassifierConfiguration {
  /// Checks that the network can be built, and trained on pictures of so many rows and columns, so many a step.
  ///
  /// - Throws: a usage failure for a model too large to be read, a data failure for pictures smaller than the network takes and
  ///   for a step too small for batch norm.
  package func check(height: Int, width: Int, batch: Int) throws {
    try shapes.checkSize(classes: classes)
    if let words = network.refusal(height: height, width: width)
      ?? network.refusal(height: height, width: width, batch: batch)
    {
      throw Failure(.data, words)
    }
  }
}

/// A classifier as it travels between the tools.
package enum ClassifierDocument {
  /// The model's document: weights, the sizes that rebuild it, and how it was trained.
  ///
  /// - Parameters:
  ///   - training: further entries of the configuration.
  ///   - classes: the names of its first classes, where the records had them.
  /// - Throws: a software failure where no digest can be computed.
  package static func make(
    _ model: any Classifier, training: [String: JSON], classes: [String]?, history: [HistoryEntry]
  ) throws -> ModelDocument {
    try ModelDocument(
      arch: model.configuration.network.rawValue, config: config(model.configuration, training: training),
      classes: classes, history: history, tensors: model.columns)
  }

  /// The configuration of a model's document: its sizes, and further entries on how it was trained.
  package static func config(_ sizes: ClassifierConfiguration, training: [String: JSON]) -> [String: JSON] {
    let config: [String: JSON] = [
      "width": .integer(sizes.width), "classes": .integer(sizes.classes), "channels": .integer(sizes.channels),
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
  ) throws -> (model: any Classifier, ignored: [String]) {
    guard let network = ClassifierNetwork(rawValue: document.arch) else {
      let known = ClassifierNetwork.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        .data, "\(name): this is a model of the kind \(document.arch.quoted); a classifier (\(known)) is expected")
    }
    let reader = ConfigurationReader(document, name: name)
    let model = ClassifierConfiguration(
      network: network, classes: try reader.size("classes"), width: try reader.size("width"),
      channels: try reader.size("channels")
    ).shapes
    return (model, try model.load(document.tensors, from: name))
  }
}
