/// What a record's file is named by.
package enum RecordNaming: String, Sendable, CaseIterable {
  /// Its id; its position where there is none.
  case id
  /// Its position in the stream.
  case position
}

/// The names of records, in the order of the stream.
struct RecordNames {
  private let naming: RecordNaming
  private var count = 0

  init(_ naming: RecordNaming) { self.naming = naming }

  /// The names of the next records: eight digits or more, so that they sort as their numbers do.
  mutating func next(_ batch: ImageBatch) -> [String] {
    let positions = Array(count..<count + batch.count)
    count += batch.count
    return (naming == .id ? batch.ids ?? positions : positions).map { padded($0, digits: 8) }
  }
}

/// A number with zeros before it.
func padded(_ number: Int, digits: Int) -> String {
  let text = String(number.magnitude)
  return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count)) + text
}
