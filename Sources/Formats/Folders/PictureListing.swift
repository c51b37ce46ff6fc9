import Records

/// A picture of a folder that is to become a record.
struct ListedPicture {
  let path: String
  /// Its path within the folder that is read.
  let name: String
  /// Its class; nil where the folder has none.
  let label: Int?
  let id: Int
}

/// The pictures of a folder, in the order of their records.
protocol PictureListing {
  /// The names of the classes; nil where there are none.
  var classes: [String]? { get }
  /// Whether records have labels.
  var isLabelled: Bool { get }
  /// What was not taken for a picture, as far as has been listed.
  var leftOut: LeftOutFiles { get }

  /// The next picture; nil at the end.
  mutating func next() throws -> ListedPicture?

  /// Bytes of the longest name among the pictures still to come.
  func longestName() throws -> Int

  /// What is to be said at the end, but for files that were left out.
  var notes: [String] { get }
}

/// Files that were left out, counted by the endings of their names.
struct LeftOutFiles {
  private var counts: [String: Int] = [:]
  private var first: String?

  mutating func add(_ path: String) {
    counts[PictureForm.ending(of: path), default: 0] += 1
    first = first ?? path
  }

  /// In words; nil where there are none.
  ///
  /// - Parameter why: in words that suit one and several.
  func note(_ why: String) -> String? {
    guard let first else { return nil }
    let parts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ending, count in
      "\(count) " + (ending.isEmpty ? "without an ending" : ".\(ending)")
    }
    let shown = parts.prefix(8).joined(separator: ", ") + (parts.count > 8 ? ", …" : "")
    return "\(counted(counts.values.reduce(0, +), "file")) left out, \(why) (\(shown)); the first is \(first)"
  }
}
