import Records

/// Reads pictures and labels from pairs of arrays.
struct PictureArraysFeed: RecordFeed {
  private var choice: Choice
  private var pairs: ArraySlice<ArrayPair>
  private var firstID = 0

  init(_ pairs: [ArrayPair], _ selection: Selection) throws {
    choice = try Choice(selection, among: nil)
    self.pairs = pairs[...]
  }

  var classes: [String]? { choice.classes }

  mutating func append(to batch: inout BatchAssembly) throws -> Bool {
    guard var pair = pairs.popFirst() else { return false }
    batch.shape = pair.pictures.shape
    batch.type = pair.images.element.isInteger ? .u8 : .f32
    guard !choice.isComplete else { return false }
    if pair.images.rowsRead == pair.images.rowCount {
      try pair.images.finish()
      try pair.labels.finish()
      firstID += pair.images.rowCount
      return !pairs.isEmpty
    }
    try appendRows(of: &pair, to: &batch)
    pairs = [pair] + pairs
    return true
  }

  private mutating func appendRows(of pair: inout ArrayPair, to batch: inout BatchAssembly) throws {
    let first = pair.images.rowsRead
    let width = pair.images.rowByteCount
    let wanted = BatchAssembly.recordCount(recordByteCount: width)
    let labels = try pair.labels.rows(upTo: wanted)
    let images = try pair.images.rows(upTo: wanted)
    let labelWidth = pair.labels.rowByteCount
    for row in 0..<pair.images.rowsRead - first where !choice.isComplete {
      guard (row + 1) * labelWidth <= labels.count else { throw pair.labels.cutShort(inRow: first + row) }
      guard (row + 1) * width <= images.count else { throw pair.images.cutShort(inRow: first + row) }
      let number = try pair.label(labels[row * labelWidth..<(row + 1) * labelWidth], record: first + row)
      guard let label = choice.admit(number) else { continue }
      let image = try pair.planes(images[row * width..<(row + 1) * width], record: first + row)
      batch.append(image, label: label, id: firstID + first + row)
    }
  }
}

/// An array of pictures and the array of their labels.
struct ArrayPair {
  var images: ArrayFile
  var labels: ArrayFile
  let pictures: PictureRows

  /// - Throws: `Failure` (data) when the arrays do not belong together or are not of the types read.
  init(images: ArrayFile, labels: ArrayFile, layout: PictureLayout?) throws {
    self.images = images
    self.labels = labels
    pictures = try PictureRows(images, layout: layout)
    let width = labels.shape.dropFirst().reduce(1, *)
    guard labels.element.isInteger || width > 1 else {
      throw Failure(
        .data, "\(labels.name): labels of \(labels.element.title) are not read; save labels.astype(int) instead")
    }
    guard width == 1 || labels.shape.count == 2 && width > 1 else {
      throw Failure(
        .data, "\(labels.name): an array of \(labels.shapeWords) is neither one label a record nor one column a class")
    }
    guard images.rowCount == labels.rowCount else {
      throw Failure(
        .data, "\(images.name) holds \(images.rowCount) pictures, but \(labels.name) holds \(labels.rowCount) labels")
    }
  }

  /// A record's label: its number, or the place of the 1 in a row of 0.
  func label(_ bytes: ArraySlice<UInt8>, record: Int) throws -> Int {
    if labels.shape.dropFirst().contains(where: { $0 > 1 }) {
      guard let place = OneHot.place(labels.element.floats(bytes)[...]) else {
        throw Failure(.data, "\(labels.name), an array of \(labels.shapeWords): record \(record): \(OneHot.fault)")
      }
      return place
    }
    let number = labels.element.integers(bytes)[0]
    guard let number, number >= 0 else {
      let words = number.map { ", not \($0)" } ?? ""
      throw Failure(.data, "\(labels.name): record \(record): a label must be from 0 up\(words)")
    }
    return number
  }

  /// One picture's bytes as a record has them: U8 planes, or F32 planes in [0, 1].
  func planes(_ bytes: ArraySlice<UInt8>, record: Int) throws -> ArraySlice<UInt8> {
    guard !images.element.isByte else { return pictures.planes(bytes) }
    guard !images.element.isInteger else {
      let levels = try images.element.integers(bytes).map { number in
        guard let level = number.flatMap(UInt8.init(exactly:)) else {
          throw Failure(
            .data,
            "\(images.name): record \(record) holds the value \(number.map(String.init) ?? "beyond Int64"), in "
              + "\(images.element.title); whole numbers of pictures must lie in 0 to 255")
        }
        return level
      }
      return pictures.planes(levels[...])
    }
    let samples = images.element.floats(bytes)
    if let stray = samples.first(where: { !(0...1).contains($0) }) {
      throw Failure(.data, "\(images.name): record \(record) holds \(Column.words(fraction: stray))")
    }
    return pictures.planes(samples[...]).withUnsafeBytes { [UInt8]($0) }[...]
  }
}

/// Labels written as one column a class: a 1 in the column of the record's class, and zeros.
enum OneHot {
  /// What is wrong with a row that has no place, and what to do.
  static let fault = "its row is not one-hot, a 1 among zeros; save labels.argmax(1) instead"

  /// The place of the 1; nil where the row is not of this kind.
  static func place(_ row: ArraySlice<Float>) -> Int? {
    guard let place = row.firstIndex(of: 1), row.count(where: { $0 == 0 }) == row.count - 1 else { return nil }
    return place - row.startIndex
  }
}
