/// The records that a trainer learns from: the pictures uncompressed, in their own type, in a temporary file mapped into
/// memory, so that a set larger than memory trains; labels and ids in memory.
package final class Spool {
  /// The number of records.
  package let count: Int
  /// Channels, height and width.
  package let imageShape: [Int]
  /// `u8` (0...255) or `f32` (0...1).
  package let imageType: ElementType
  /// The classes, from 0; empty when they were not asked for.
  package let labels: [Int]
  /// The records' positions in the source; counted from 0 where the stream does not tell them.
  package let ids: [Int]
  /// The classes' names, where the stream tells them.
  package let classes: [String]?
  /// The history of the stream; of streams put together, every entry that one of them has.
  package let history: [HistoryEntry]

  private let file: SpoolFile

  /// Reads a stream to its end.
  ///
  /// - Parameters:
  ///   - columns: those that must be there, apart from `id`: records without it are counted. Labels are kept when "label"
  ///     is among them.
  ///   - also: is given every batch as it came.
  /// - Throws: `Failure` of kind `data`, naming frame and record, for a missing column, pictures of another shape than
  ///   those before, a number that is not finite or not within 0...1, and a label that is negative or beyond the classes'
  ///   names; of kind `cannotCreate` or `cannotWrite` for the temporary file, which lies in the folder that `TMPDIR`
  ///   names.
  package convenience init(
    _ reader: RecordReader, columns: [String] = ["image", "label", "id"], also: (ImageBatch) throws -> Void = { _ in }
  ) throws {
    try self.init(reader, columns: columns, file: SpoolFile(), also: also)
  }

  init(
    _ reader: RecordReader, columns: [String], file: SpoolFile, also: (ImageBatch) throws -> Void = { _ in }
  ) throws {
    var intake = SpoolIntake(reader, columns: columns)
    while let batch = try reader.next() {
      try intake.take(batch)
      if let image = batch.image { try file.append(image.bytes) }
      try also(batch)
    }
    guard let (shape, type) = intake.image else { throw Failure(.data, "no records came to learn from") }
    try file.map()
    count = intake.ids.count
    imageShape = shape
    imageType = type
    labels = intake.labels
    ids = intake.ids
    classes = intake.classes
    history = intake.history
    self.file = file
  }

  /// The pictures of some records: their bytes, in the order given, each [C, H, W] of `imageType`.
  package func images(_ rows: [Int]) -> [UInt8] {
    file.pieces(rows, width: imageShape.reduce(imageType.byteCount, *))
  }

  /// The pictures of some records as a column.
  package func column(_ rows: [Int]) -> Column {
    Column(type: imageType, shape: [rows.count] + imageShape, bytes: images(rows))
  }

  /// What tells this set from others: the number, type and shape of its records, and digests of what is learnt from.
  ///
  /// - Throws: `Failure` of kind `software` when no digest can be computed.
  package func identity() throws -> [String: JSON] {
    [
      "records": .integer(count), "type": .string(imageType.rawValue), "shape": .array(imageShape.map(JSON.integer)),
      "images": .string(try file.digest()), "labels": .string(try labels.withUnsafeBytes(Digest.sha256)),
      "ids": .string(try ids.withUnsafeBytes(Digest.sha256)),
    ]
  }
}

/// What a spool keeps of the batches in memory, and the checks that they have to pass.
private struct SpoolIntake {
  private(set) var image: (shape: [Int], type: ElementType)?
  private(set) var labels: [Int] = []
  private(set) var ids: [Int] = []
  private(set) var classes: [String]?
  private(set) var history: [HistoryEntry] = []

  private let reader: RecordReader
  private let columns: [String]
  private var metadata: [String: String]?

  init(_ reader: RecordReader, columns: [String]) {
    self.reader = reader
    self.columns = columns
  }

  mutating func take(_ batch: ImageBatch) throws {
    for name in ["image"] + columns where name != "id" && batch.columns[name] == nil {
      throw reader.failure("expected the column \(name.quoted), which these records lack")
    }
    if let image = batch.image { try take(image: image) }
    if batch.metadata != metadata { take(metadataOf: batch) }
    if columns.contains("label"), let labels = batch.labels { try take(labels: labels) }
    ids += batch.ids ?? Array(ids.count..<ids.count + batch.count)
  }

  private mutating func take(image column: Column) throws {
    // A batch without records need not know the size of its pictures: it counts only where no other comes.
    guard column.count > 0 || image == nil else { return }
    let (shape, type) = (ids.isEmpty ? nil : image) ?? (column.recordShape, column.type)
    guard column.recordShape == shape else {
      throw reader.failure(
        "pictures of shape \(column.recordShape), those before are \(shape); learning needs one shape")
    }
    image = (shape, type)
    if let fault = column.pictureFault { throw reader.failure(record: fault.record, fault.words) }
  }

  private mutating func take(labels column: [Int]) throws {
    if let fault = ImageBatch.labelFault(column, classes: classes) {
      throw reader.failure(record: fault.record, fault.words)
    }
    labels += column
  }

  private mutating func take(metadataOf batch: ImageBatch) {
    metadata = batch.metadata
    classes = batch.classes
    for entry in batch.history where !history.contains(entry) { history.append(entry) }
  }
}
