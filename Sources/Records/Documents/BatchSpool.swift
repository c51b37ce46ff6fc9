/// Batches kept outside memory, all their columns, to be read again in their order.
///
/// They lie uncompressed in a temporary file (`TMPDIR`); memory holds a few bytes for each.
package final class BatchSpool {
  private let file: SpoolFile
  private var ranges: [Range<Int>] = []

  /// An empty spool.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  package init() throws { file = try SpoolFile() }

  /// Adds a batch. Precondition: none has been read.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`, such as on a full disk.
  package func append(_ batch: ImageBatch) throws {
    let start = file.count
    try file.append(batch.document().serialized())
    ranges.append(start..<file.count)
  }

  /// Has `body` called with the batches, in the order in which they came.
  ///
  /// - Throws: what `body` throws.
  package func forEach(_ body: (ImageBatch) throws -> Void) throws {
    try file.map()
    for range in ranges {
      try body(ImageBatch(document: Document(parsing: file.bytes(range), limits: StreamLimits(documentBytes: .max))))
    }
  }
}
