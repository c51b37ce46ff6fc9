import OrderedCollections

/// Whole records kept outside memory, all columns of each, to be read again in any order.
///
/// The records lie uncompressed in a temporary file (`TMPDIR`); memory holds 16 bytes for each.
package final class RecordSpool {
  /// Where a record lies, and which of the forms has its columns.
  private struct Place {
    let offset: Int
    let form: Int
  }

  /// Columns without records, which tell types and shapes.
  private typealias Form = OrderedDictionary<String, Column>

  private let file: SpoolFile
  private var places: [Place] = []
  private var forms: [Form] = []
  /// No record, and what all batches said of themselves put together; nil before the first.
  private var head: ImageBatch?
  private var lastMetadata: [String: String] = [:]
  private var isMapped = false

  /// An empty spool.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  package init() throws { file = try SpoolFile() }

  /// All records of a stream.
  ///
  /// - Throws: what the reader throws, and `Failure` of kinds `cannotCreate` and `cannotWrite`.
  package convenience init(_ reader: RecordReader) throws {
    try self.init()
    while let batch = try reader.next() { try append(batch) }
  }

  /// The number of records.
  package var count: Int { places.count }

  /// Adds the records of a batch. Precondition: none has been read.
  package func append(_ batch: ImageBatch) throws {
    precondition(!isMapped, "a spool that is read does not grow")
    takeMetadata(of: batch)
    let form = self.form(of: batch)
    let widths = batch.columns.values.map(\.recordByteCount)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.count * batch.recordByteCount)
    for row in 0..<batch.count {
      places.append(Place(offset: file.count + bytes.count, form: form))
      for (column, width) in zip(batch.columns.values, widths) {
        bytes += column.bytes[row * width..<(row + 1) * width]
      }
    }
    try file.append(bytes)
  }

  /// Every entry of the histories is kept, in the order of their coming, and the first's of whatever else differs.
  private func takeMetadata(of batch: ImageBatch) {
    if head != nil, batch.metadata == lastMetadata { return }
    lastMetadata = batch.metadata
    var head = self.head ?? batch.records(0..<0)
    for entry in batch.history where !head.history.contains(entry) { head.history.append(entry) }
    head.metadata.merge(batch.metadata) { first, _ in first }
    self.head = head
  }

  private func form(of batch: ImageBatch) -> Int {
    let form = batch.columns.mapValues { $0.records(0..<0) }
    if let known = forms.lastIndex(of: form) { return known }
    forms.append(form)
    return forms.count - 1
  }

  /// Has `body` called with the given records in the order given, about 4 MiB of them at a time, and fewer where shapes
  /// change; all bear the metadata of the whole. For no records it is called once, with none, so that a writer learns of
  /// the columns.
  package func forEachBatch(_ rows: some RandomAccessCollection<Int>, _ body: (ImageBatch) throws -> Void) throws {
    guard let head else { return }
    if !isMapped { try file.map() }
    isMapped = true
    if rows.isEmpty { return try body(head) }
    var rest = rows[...]
    while let first = rest.first {
      let form = places[first].form
      let longest = max(1, (4 << 20) / max(1, forms[form].values.reduce(0) { $0 + $1.recordByteCount }))
      let run = Array(rest.prefix(longest).prefix { places[$0].form == form })
      try body(head.replacing(columns(run, form: forms[form]), count: run.count))
      rest = rest.dropFirst(run.count)
    }
  }

  private func columns(_ rows: [Int], form: Form) -> OrderedDictionary<String, Column> {
    var start = 0
    return form.mapValues { column in
      let width = column.recordByteCount
      defer { start += width }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(rows.count * width)
      for row in rows {
        let first = places[row].offset + start
        bytes += file.bytes(first..<first + width)
      }
      return Column(type: column.type, shape: [rows.count] + column.recordShape, bytes: bytes)
    }
  }
}

/// Batches kept outside memory, all their columns, to be read again in their order.
///
/// They lie uncompressed in a temporary file (`TMPDIR`); memory holds a few bytes for each.
package final class BatchSpool {
  private let file: SpoolFile
  private var batches: [(range: Range<Int>, pictures: Int?)] = []

  /// An empty spool.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  package init() throws { file = try SpoolFile() }

  /// Adds a batch. Precondition: none has been read.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`, such as on a full disk.
  package func append(_ batch: ImageBatch) throws {
    try append(batch, pictures: nil)
  }

  /// Adds a batch without its pictures, which a spool of the same records keeps. Precondition: it has other columns.
  ///
  /// - Throws: as `append`.
  package func append(withoutPictures batch: ImageBatch) throws {
    guard batch.count > 0, let (rest, place) = batch.withoutPictures else { return try append(batch) }
    try append(rest, pictures: place)
  }

  private func append(_ batch: ImageBatch, pictures: Int?) throws {
    let start = file.count
    try file.append(batch.document().serialized())
    batches.append((start..<file.count, pictures))
  }

  /// Has `body` called with the batches, in the order in which they came.
  ///
  /// - Parameter spool: what keeps the pictures of batches that were added without them.
  /// - Throws: what `body` throws.
  package func forEach(pictures spool: Spool? = nil, _ body: (ImageBatch) throws -> Void) throws {
    try file.map()
    var start = 0
    for (range, place) in batches {
      let limits = StreamLimits(documentBytes: .max)
      var batch = try ImageBatch(document: Document(parsing: file.bytes(range), limits: limits))
      precondition(
        place == nil || spool != nil, "batches that were added without pictures want the spool that has them")
      if let place, let spool {
        batch.insert(pictures: spool.column(Array(start..<start + batch.count)), at: place)
      }
      start += batch.count
      try body(batch)
    }
  }
}
