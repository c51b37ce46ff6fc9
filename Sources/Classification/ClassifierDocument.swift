import Models
import Random
import Records
import Training

/// A classifier as it travels between the tools.
package enum ClassifierDocument {
  /// The one architecture there is.
  package static let architecture = "resnet18"

  /// The model's document: weights, the sizes that rebuild it, and how it was trained.
  ///
  /// - Parameter training: further entries of the configuration.
  /// - Throws: a software failure where no digest can be computed.
  package static func make(
    _ model: ResNet18, training: [String: JSON], history: [HistoryEntry]
  ) throws -> ModelDocument {
    try ModelDocument(
      arch: architecture, config: config(model.configuration, training: training), history: history,
      tensors: model.columns)
  }

  /// The configuration of a model's document: its sizes, and further entries on how it was trained.
  static func config(_ sizes: ResNet18.Configuration, training: [String: JSON]) -> [String: JSON] {
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
  package static func load(_ document: ModelDocument, name: String) throws -> (model: ResNet18, ignored: [String]) {
    guard document.arch == architecture else {
      throw Failure(
        .data, "\(name): this is a model of the kind \(document.arch.quoted); a classifier (resnet18) is expected")
    }
    let reader = ConfigurationReader(document, name: name)
    let sizes = ResNet18.Configuration(
      classes: try reader.size("classes"), width: try reader.size("width"), channels: try reader.size("channels"))
    try reader.expect("conv1.weight", shape: [sizes.width, sizes.channels, 3, 3])
    try reader.expect("linear.weight", shape: [sizes.classes, 8 * sizes.width])
    // The network grows by the square of the width: so must what its file holds.
    try reader.expect("layer4.1.conv2.weight", shape: [8 * sizes.width, 8 * sizes.width, 3, 3])
    var random = RandomStream(seed: 0, purpose: "weights")
    let model = ResNet18(sizes, random: &random)
    return (model, try model.load(document.tensors, from: name))
  }
}
