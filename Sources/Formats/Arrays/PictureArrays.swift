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
    batch.type = pair.images.element.isByte ? .u8 : .f32
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
    let numbers = pair.labels.element.integers(labels[..<(labels.count - labels.count % pair.labels.element.byteCount)])
    for row in 0..<pair.images.rowsRead - first where !choice.isComplete {
      guard row < numbers.count else { throw pair.labels.cutShort(inRow: first + row) }
      guard (row + 1) * width <= images.count else { throw pair.images.cutShort(inRow: first + row) }
      guard let number = numbers[row], number >= 0 else {
        throw Failure(
          .data, "\(pair.labels.name): record \(first + row): a label must be from 0 up\(words(numbers[row]))")
      }
      guard let label = choice.admit(number) else { continue }
      let image = try pair.planes(images[row * width..<(row + 1) * width], record: first + row)
      batch.append(image, label: label, id: firstID + first + row)
    }
  }

  private func words(_ number: Int?) -> String {
    number.map { ", not \($0)" } ?? ""
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
    guard images.element.isByte || (images.element.kind == .float && images.element.byteCount >= 4) else {
      throw Failure(
        .data,
        "\(images.name): pictures of \(images.element.title) are not read; uint8 (0 to 255), float32 and "
          + "float64 (0 to 1) are")
    }
    guard labels.element.kind != .float else {
      throw Failure(.data, "\(labels.name): labels of \(labels.element.title) are not read; integers are")
    }
    guard labels.shape.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw Failure(
        .data,
        "\(labels.name): an array of \(labels.shapeWords) is not one label a record; store class numbers, "
          + "not one column a class")
    }
    guard images.rowCount == labels.rowCount else {
      throw Failure(
        .data, "\(images.name) holds \(images.rowCount) pictures, but \(labels.name) holds \(labels.rowCount) labels")
    }
  }

  /// One picture's bytes as a record has them: U8 planes, or F32 planes in [0, 1].
  func planes(_ bytes: ArraySlice<UInt8>, record: Int) throws -> ArraySlice<UInt8> {
    guard !images.element.isByte else { return pictures.planes(bytes) }
    let samples = images.element.floats(bytes)
    if let stray = samples.first(where: { !(0...1).contains($0) }) {
      throw Failure(
        .data,
        "\(images.name): record \(record) holds the value \(stray); fractions must lie in 0 to 1 "
          + "(values of 0 to 255 belong into an array of uint8)")
    }
    return pictures.planes(samples[...]).withUnsafeBytes { [UInt8]($0) }[...]
  }
}
