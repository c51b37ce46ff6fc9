import OrderedCollections

/// What one filter left in a stream's history: the command that touched it.
package struct HistoryEntry: Sendable, Equatable {
  /// The entry as it stands in the stream; another program's entry keeps whatever it holds.
  package let json: JSON

  /// An entry as these tools write it.
  ///
  /// - Parameters:
  ///   - command: the command line as typed.
  ///   - version: of the tool.
  ///   - models: `ModelDocument.digest` of each model used.
  package init(command: String, version: String, models: [String]? = nil) {
    var members: OrderedDictionary<String, JSON> = ["command": .string(command), "version": .string(version)]
    if let models { members["models"] = .array(models.map(JSON.string)) }
    json = .object(members)
  }

  /// An entry of any origin.
  package init(json: JSON) { self.json = json }

  /// The command line; of an entry in another form, the whole of it as JSON.
  package var command: String { json["command"]?.string ?? json.text }

  /// The tool's version; empty in an entry of another form.
  package var version: String { json["version"]?.string ?? "" }

  /// The models used.
  package var models: [String]? { json["models"]?.array?.compactMap(\.string) }
}

extension Array<HistoryEntry> {
  /// The entries that a document's `ue.history` holds; none when it is nil.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, when it is no JSON array.
  init(metadata: String?) throws {
    self = try JSON.array(metadata: metadata, "ue.history").map(HistoryEntry.init(json:))
  }

  /// What `ue.history` holds for these entries.
  var metadata: String { JSON.array(map(\.json)).text }
}

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
