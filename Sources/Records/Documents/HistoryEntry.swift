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
