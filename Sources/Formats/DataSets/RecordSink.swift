import Records

/// A form of data set that records are written in.
package protocol RecordSink {
  /// Takes the next records. Those before a fault have been written.
  ///
  /// - Parameter failure: turns words about a record of the batch into a data failure that says where it stands.
  mutating func write(_ batch: ImageBatch, failure: (_ record: Int, _ words: String) -> Failure) throws

  /// Writes what waits, where a fault ends the stream and the form allows records without an end.
  mutating func flush() throws

  /// Writes what is left, and commits the output.
  mutating func close() throws

  /// What the form could not hold of the records written, in words for the user.
  var notes: [String] { get }
}

extension RecordSink {
  /// Nothing: for forms in which nothing waits, or which are nothing without their end.
  package mutating func flush() {}
}

/// Writes all records of a stream in another form.
///
/// - Returns: the number of records.
/// - Throws: what the reader and the sink throw; what was written before then stays where the form allows it.
@discardableResult
package func encode(_ reader: RecordReader, into sink: inout some RecordSink) throws -> Int {
  var count = 0
  do {
    while let batch = try reader.next() {
      try sink.write(batch) { reader.failure(record: $0, $1) }
      count += batch.count
    }
  } catch {
    // Of two faults the first is the one to tell.
    try? sink.flush()
    throw error
  }
  try sink.close()
  return count
}

/// What a record's file is named by.
package enum RecordNaming: String, Sendable, CaseIterable {
  /// Its id; its position where there is none.
  case id
  /// Its position in the stream.
  case position
  /// The path that its file had in the folder it was read from.
  case path
}

/// The names of records, in the order of the stream.
struct RecordNames {
  private let naming: RecordNaming
  private var count = 0

  init(_ naming: RecordNaming) { self.naming = naming }

  /// The names of the next records: paths as they are, numbers of eight digits or more, so that they sort as numbers do.
  ///
  /// - Throws: `Failure` of kind `data` where paths are asked for and there are none, or one leads elsewhere.
  mutating func next(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws -> [String] {
    let positions = Array(count..<count + batch.count)
    count += batch.count
    guard naming == .path else {
      return (naming == .id ? batch.ids ?? positions : positions).map { padded($0, digits: 8) }
    }
    guard let paths = batch.paths else {
      throw failure(0, "there is no column path to name files by; ue-decode folder gives one, and --name id needs none")
    }
    return try paths.enumerated().map { row, path in
      guard Self.staysWithin(path) else { throw failure(row, "its path \(path.quoted) is no file of a folder") }
      return path
    }
  }

  /// Whether a path can be a file of a folder: a stream may come from anywhere.
  private static func staysWithin(_ path: String) -> Bool {
    // By scalars, as the system splits it: to Swift a slash with an accent on it is another character.
    path.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !["", ".", ".."].contains(String($0))
    }
  }
}

/// A number with zeros before it.
func padded(_ number: Int, digits: Int) -> String {
  let text = String(number.magnitude)
  return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count)) + text
}
