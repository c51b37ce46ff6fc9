import OrderedCollections

/// What must hold from one document of images to the next: the columns and their types, the names of the classes, and the
/// end marks' counts.
package struct StreamRules {
  private var types: OrderedDictionary<String, ElementType>?
  /// The names of the classes as the metadata writes them, and as they are read.
  private var classes: (text: String?, names: [String]?)?
  private var recordsSinceMark: UInt64 = 0

  /// Nothing has come yet.
  package init() {}

  /// A new file begins; its columns and classes must be those of the files before.
  package mutating func startFile() { recordsSinceMark = 0 }

  /// Takes the next batch.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, when its columns or its classes' names are not those of the
  ///   batches before.
  package mutating func take(_ batch: ImageBatch) throws {
    let found = batch.columns.mapValues(\.type)
    if let types { try Self.check(found, against: types) }
    types = types ?? found
    try takeClasses(of: batch)
    recordsSinceMark += UInt64(batch.count)
  }

  private mutating func takeClasses(of batch: ImageBatch) throws {
    let text = batch.metadata[ImageBatch.classesKey]
    guard let classes else {
      self.classes = (text, batch.classes)
      return
    }
    // Another program may write the same names in another way.
    guard text == classes.text || batch.classes == classes.names else {
      throw Failure(.data, "the names of the classes differ from those before; labels would not mean the same")
    }
  }

  /// Takes an end mark.
  ///
  /// - Throws: `Failure` of kind `data`, without a place, when it does not count the records since the one before.
  package mutating func takeMark(count: UInt64) throws {
    guard count == recordsSinceMark else {
      throw Failure(
        .data,
        "the end mark counts \(count) records, \(recordsSinceMark) came; frames were lost or added: "
          + "make the file again")
    }
    recordsSinceMark = 0
  }

  private static func check(
    _ found: OrderedDictionary<String, ElementType>, against types: OrderedDictionary<String, ElementType>
  ) throws {
    for (name, type) in types where found[name] != type {
      let change = found[name].map { "is \($0.rawValue) here and \(type.rawValue)" } ?? "is missing here and present"
      throw Failure(.data, "the column \(name.quoted) \(change) in the frames before; streams that differ do not mix")
    }
    for name in found.keys where types[name] == nil {
      throw Failure(
        .data,
        "the column \(name.quoted) is present here and missing in the frames before; streams that differ do not mix")
    }
  }
}
