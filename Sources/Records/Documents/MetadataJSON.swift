import OrderedCollections

/// JSON inside of a document's metadata. What is thrown is a `Failure` of kind `data`, without a place.
extension JSON {
  /// The elements of the array that the metadata holds under a key; none when it is nil.
  static func array(metadata: String?, _ key: String) throws -> [JSON] {
    guard let metadata else { return [] }
    guard let elements = try value(metadata, key).array else {
      throw Failure(.data, "the metadata \"\(key)\" is not a JSON array")
    }
    return elements
  }

  /// The members of the object that the metadata holds under a key, which has to be there.
  static func object(metadata: [String: String], _ key: String) throws -> [String: JSON] {
    guard let text = metadata[key] else { throw Failure(.data, "a document without \"\(key)\"") }
    guard let members = try value(text, key).object else {
      throw Failure(.data, "the metadata \"\(key)\" is not a JSON object")
    }
    return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
  }

  private static func value(_ text: String, _ key: String) throws -> JSON {
    do {
      return try JSON(parsing: text)
    } catch let fault as JSONError {
      throw Failure(.data, "the metadata \"\(key)\" is damaged: \(fault)")
    }
  }
}

extension [String: JSON] {
  /// The object as text, its names sorted, so that the same members always give the same bytes.
  var sortedText: String {
    JSON.object(OrderedDictionary(uniqueKeysWithValues: sorted { $0.key < $1.key }.map { ($0.key, $0.value) })).text
  }
}
