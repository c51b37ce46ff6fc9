import Records

/// The sizes in a model document's configuration, each checked as it is asked for.
package struct ConfigurationReader {
  private let document: ModelDocument
  /// The model's file, for messages.
  package let name: String

  /// A reader of a document's configuration; `name` is that of its file, for messages.
  package init(_ document: ModelDocument, name: String) {
    self.document = document
    self.name = name
  }

  /// The size under a key.
  ///
  /// - Throws: a data failure where it is missing, is not a whole number, or is not within 1...2²⁰.
  package func size(_ key: String) throws -> Int {
    guard let value = document.config[key] else {
      throw Failure(.data, "\(name): the model's ue.config lacks '\(key)', without which it cannot be built")
    }
    guard let size = value.integer, (1...1 << 20).contains(size) else {
      throw Failure(
        .data, "\(name): the model's ue.config gives \(value.text.quoted) for '\(key)', where a size is expected")
    }
    return size
  }
}
