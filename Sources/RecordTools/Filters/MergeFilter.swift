import Records

/// Passes on records, in their order, with the columns that another stream has for the same ids.
///
/// The other stream waits in a temporary file (`TMPDIR`), in whatever order it comes. Of its records those that the
/// first lacks are not asked for. Histories are put together. It fails where a stream has no ids, a column is missing,
/// the other has an id twice or lacks one, or the names of the classes differ.
package struct MergeFilter: RecordFilter {
  private let other: RecordReader
  private let columns: [String]?
  private let leavesOutUnmatched: Bool

  /// A merge with another stream, which can be done once.
  ///
  /// - Parameters:
  ///   - columns: those to take, also in the place of the first stream's own; nil for all that it lacks.
  ///   - leavesOutUnmatched: leave out records whose id the other stream lacks, instead of stopping at the first.
  package init(with other: RecordReader, columns: [String]? = nil, leavesOutUnmatched: Bool = false) {
    self.other = other
    self.columns = columns
    self.leavesOutUnmatched = leavesOutUnmatched
  }

  @discardableResult
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    guard let start = try reader.next() else { return FilterCounts() }
    let added = try AddedColumns(other, to: start, columns, leavesOutUnmatched)
    var counts = FilterCounts()
    try writer.keepingRecords {
      var next: ImageBatch? = start
      while let batch = next {
        counts.written += try added.merge(into: batch, failure: { reader.failure(record: $0, $1) }) {
          try writer.write($0)
        }
        counts.read += batch.count
        next = try reader.next()
      }
    }
    try writer.close()
    return counts
  }
}

/// The second stream's columns, to be found by id.
private struct AddedColumns {
  private let spool: RecordSpool
  private var rows: [Int: Int] = [:]
  private let names: [String]
  private let leavesOutUnmatched: Bool

  init(_ reader: RecordReader, to first: ImageBatch, _ chosen: [String]?, _ leavesOutUnmatched: Bool) throws {
    self.leavesOutUnmatched = leavesOutUnmatched
    spool = try RecordSpool()
    guard let start = try reader.next() else { throw Failure(.data, "\(reader.name) is empty") }
    names = try chosen ?? Self.missing(in: first, of: start)
    if let name = names.first(where: { start.columns[$0] == nil }) {
      throw reader.failure("the second stream has no column \(name.quoted)")
    }
    if let theirs = start.classes, let ours = first.classes, theirs != ours {
      throw reader.failure("the names of the classes differ from the first stream's; labels would not mean the same")
    }
    var next: ImageBatch? = start
    while let batch = next {
      try append(batch, reader)
      next = try reader.next()
    }
  }

  private static func missing(in first: ImageBatch, of second: ImageBatch) throws -> [String] {
    let names = second.columns.keys.filter { first.columns[$0] == nil }
    guard !names.isEmpty else {
      throw Failure(
        .data, "the second stream has no column that the first lacks; name those to replace with --columns")
    }
    return Array(names)
  }

  private mutating func append(_ batch: ImageBatch, _ reader: RecordReader) throws {
    guard let ids = batch.ids else { throw reader.failure("merging goes by the column id, which these records lack") }
    for (row, id) in ids.enumerated() {
      guard rows.updateValue(spool.count + row, forKey: id) == nil else {
        throw reader.failure(record: row, "the id \(id) comes a second time; which record is meant cannot be told")
      }
    }
    try spool.append(batch.replacing(batch.columns.filter { names.contains($0.key) }, count: batch.count))
  }

  /// Has `write` called with the batch's records and the columns added; more than once where shapes change.
  ///
  /// - Returns: how many records went on.
  func merge(
    into batch: ImageBatch, failure: (Int, String) -> Failure, _ write: (ImageBatch) throws -> Void
  ) throws -> Int {
    guard let ids = batch.ids else { throw failure(0, "merging goes by the column id, which these records lack") }
    if !leavesOutUnmatched, let row = ids.firstIndex(where: { rows[$0] == nil }) {
      throw failure(row, "the second stream has no record of the id \(ids[row])")
    }
    let matched = ids.indices.filter { rows[ids[$0]] != nil }
    var start = 0
    try spool.forEachBatch(matched.compactMap { rows[ids[$0]] }) { added in
      let records = batch.records(Array(matched[start..<start + added.count]))
      start += added.count
      do {
        try write(Self.joined(records, added))
      } catch let fault as Failure where fault.kind == .data {
        throw failure(0, fault.message)
      }
    }
    return matched.count
  }

  /// - Throws: `Failure` of kind `data`, without a place, where the columns do not belong to one record, such as a
  ///   perturbation of another shape than the picture.
  private static func joined(_ batch: ImageBatch, _ added: ImageBatch) throws -> ImageBatch {
    var batch = batch
    for (name, column) in added.columns { batch.set(name, column) }
    for entry in added.history where !batch.history.contains(entry) { batch.history.append(entry) }
    batch.classes = batch.classes ?? added.classes
    return try ImageBatch(document: batch.document())
  }
}
