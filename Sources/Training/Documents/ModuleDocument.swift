import Compute
import OrderedCollections
import Records

extension Module {
  /// Every parameter and buffer under PyTorch's name, as F32 columns in PyTorch's layout.
  package var columns: OrderedDictionary<String, Column> {
    var columns: OrderedDictionary<String, Column> = [:]
    for (name, parameter) in namedParameters() + namedBuffers() {
      columns[name] = Column(parameter.values, shape: parameter.shape)
    }
    return columns
  }

  /// Takes every parameter and buffer from a document's tensors, and gives the names of tensors it has no place for.
  ///
  /// All tensors are checked before the first is taken: a model of shapes alone allocates nothing for a file that does not
  /// hold what its configuration claims.
  /// - Parameter name: the model's file, for messages.
  /// - Throws: a data failure that names a tensor which is missing, has another shape or is not F32.
  package func load(_ tensors: OrderedDictionary<String, Column>, from name: String) throws -> [String] {
    let places = namedParameters() + namedBuffers()
    let found = try places.map { place, parameter in
      guard let column = tensors[place] else {
        throw Failure(.data, "\(name): the model lacks the tensor \(place), of shape \(parameter.shape)")
      }
      guard column.shape == parameter.shape else {
        throw Failure(
          .data,
          "\(name): tensor \(place) has shape \(column.shape) where its configuration asks for \(parameter.shape)")
      }
      guard column.type == .f32 else {
        throw Failure(.data, "\(name): tensor \(place) is \(column.type.rawValue); weights are F32")
      }
      return column
    }
    for (place, column) in zip(places, found) { place.parameter.values = column.floats }
    let known = Set(places.map(\.name))
    return tensors.keys.filter { !known.contains($0) }
  }
}

extension Module {
  /// Checks that a model's parameters fit into a document that readers accept.
  ///
  /// - Parameter classes: that it tells apart, for the message.
  /// - Throws: a usage failure that says how large the model would be.
  package func checkSize(classes: Int) throws {
    let limit = StreamLimits().documentBytes
    guard parameterCount * 4 <= Double(limit) else {
      throw Failure(
        .usage,
        "a model of this width and \(classes) classes would have \(Int(min(parameterCount, 1e15))) parameters and take "
          + "more than the \(limit >> 30) GiB that readers accept; give a smaller --width, or look at the labels")
    }
  }
}

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
