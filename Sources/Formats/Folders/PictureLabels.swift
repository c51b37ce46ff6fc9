import Records

/// The labels of pictures that lie in one folder, from a file: an array or a record stream by id, or lines of `name,label`.
struct PictureLabels {
  private enum Key { case id, name }

  /// What messages call the file.
  let name: String
  /// The classes' names, where the file tells them.
  let classes: [String]?
  private let key: Key
  private let byID: [Int: Int]
  private let byName: [String: Int]

  /// How many there are.
  var count: Int { key == .id ? byID.count : byName.count }

  /// Reads the file, in the form that its first bytes tell.
  ///
  /// - Throws: `Failure` (data) for a damaged file, labels that are none, and two for one picture.
  init(_ input: InputFile, limits: StreamLimits) throws {
    name = input.name
    let start = try input.peek(8)
    if start.starts(with: ArrayFile.numPySignature) {
      (key, byName, classes) = (.id, [:], nil)
      let labels = try Self.array(DataFile(input))
      byID = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0, $1) })
    } else if FrameReader.isStream(start) {
      (key, byName) = (.id, [:])
      (byID, classes) = try Self.records(input, limits)
    } else {
      (key, byID) = (.name, [:])
      (byName, classes) = try Self.lines(DataFile(input))
    }
  }

  /// Whether there is a label for a picture of a folder.
  func has(_ picture: String, id: Int) -> Bool { find(picture, id: id) != nil }

  /// The label of a picture.
  ///
  /// - Throws: `Failure` (data) where there is none.
  func label(of picture: String, id: Int, path: String) throws -> Int {
    if let label = find(picture, id: id) { return label }
    throw Failure(.data, "\(path): \(name) has no label for " + (key == .id ? "the id \(id)" : picture.quoted))
  }

  private func find(_ picture: String, id: Int) -> Int? {
    guard key == .name else { return byID[id] }
    return byName[picture] ?? byName[String(picture.dropLast(PictureForm.ending(of: picture).count + 1))]
  }

  private static func array(_ file: DataFile) throws -> [Int] {
    var array = try ArrayFile(numPy: file)
    guard array.element.kind != .float, array.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw Failure(
        .data,
        "\(array.name): an array of \(array.shapeWords) of \(array.element.title) is not one label a picture; "
          + "integers of the shape N or N×1 are")
    }
    var labels: [Int] = []
    while array.rowsRead < array.rowCount {
      let first = array.rowsRead
      let bytes = try array.rows(upTo: 1 << 16)
      guard bytes.count == (array.rowsRead - first) * array.rowByteCount else {
        throw array.cutShort(inRow: first + bytes.count / array.rowByteCount)
      }
      for number in array.element.integers(bytes[...]) {
        guard let number, number >= 0 else {
          throw Failure(.data, "\(array.name): record \(labels.count): a label must be from 0 up")
        }
        labels.append(number)
      }
    }
    try array.finish()
    return labels
  }

  private static func records(_ input: InputFile, _ limits: StreamLimits) throws -> ([Int: Int], [String]?) {
    let reader = RecordReader([input], limits: limits)
    var (labels, classes): ([Int: Int], [String]?) = ([:], nil)
    while let batch = try reader.next() {
      guard let ids = batch.ids, let found = batch.labels else {
        throw reader.failure("labels by id want the columns id and label")
      }
      if let fault = ImageBatch.labelFault(found, classes: batch.classes) {
        throw reader.failure(record: fault.record, fault.words)
      }
      classes = batch.classes
      for (row, id) in ids.enumerated() where labels.updateValue(found[row], forKey: id) != nil {
        throw reader.failure(record: row, "the id \(id) occurs a second time; a picture has one label")
      }
    }
    return (labels, classes)
  }

  /// Lines `name,label`, perhaps below a line of titles: one whose label is "label", or the only one that is no number. Labels
  /// are numbers, or else the names of classes, which are numbered in the order of their bytes.
  private static func lines(_ file: DataFile) throws -> ([String: Int], [String]?) {
    let limit = 1 << 30
    let bytes = try file.read(upTo: limit)
    guard bytes.count < limit else { throw Failure(.data, "\(file.name): too large for a list of labels") }
    guard !bytes.isEmpty else { throw Failure(.data, "\(file.name): the file is empty") }
    var fields: [String: String] = [:]
    var first: String?
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !line.allSatisfy({ $0 == UInt8(ascii: "\r") }) {
      let text = String(fileName: line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { unquoted($0) }
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw Failure(
          .data,
          "\(file.name): line \(number + 1): expected \"name,label\", found \(text.quoted); labels are read from such "
            + "lines, an .npy array or a record stream")
      }
      if number == 0, parts[1].lowercased() == "label" { continue }
      let name = parts[0].split(separator: "/").last.map(String.init) ?? parts[0]
      if number == 0 { first = name }
      guard fields.updateValue(parts[1], forKey: name) == nil else {
        throw Failure(.data, "\(file.name): line \(number + 1): \(name.quoted) has a label already")
      }
    }
    if let first, fields.count > 1, fields.filter({ Int(label: $0.value) == nil }).keys.elementsEqual([first]) {
      fields[first] = nil
    }
    return try labels(of: fields, file.name)
  }

  private static func labels(of fields: [String: String], _ file: String) throws -> ([String: Int], [String]?) {
    let numbers = fields.mapValues { Int(label: $0) }
    if !numbers.values.contains(nil) {
      if let negative = fields.filter({ numbers[$0.key].flatMap { $0 }.map { $0 < 0 } ?? false }).keys.min() {
        throw Failure(.data, "\(file): \(negative.quoted) has a label below 0; labels are from 0 up")
      }
      return (numbers.compactMapValues { $0 }, nil)
    }
    let classes = Set(fields.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    return (fields.compactMapValues { places[$0] }, classes)
  }

  /// A field without the spaces and quotation marks around it.
  private static func unquoted(_ field: Substring) -> String {
    let bare = field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    let text = String(bare)
    return text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
  }
}
