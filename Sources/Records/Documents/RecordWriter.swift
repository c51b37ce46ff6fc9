import OrderedCollections

/// Writes records as a stream, in frames of about 4 MiB whatever batches they come in.
///
/// Where columns, types, shapes of records or metadata change from one batch to the next, a frame ends.
package final class RecordWriter {
  /// How many bytes of records a frame holds at most, unless one record is larger.
  static let frameBytes = 4 << 20

  private let output: OutputFile
  private let compressionLevel: Int
  private let entry: HistoryEntry?
  private var frames: FrameWriter?
  private var pending: [Piece] = []
  private var pendingCount = 0
  private var template: ImageBatch?
  private var recordCount = 0
  private var hasWritten = false
  private var metadata: (given: [String: String], written: [String: String])?

  /// Records of a batch that wait to be written.
  private struct Piece {
    let batch: ImageBatch
    let rows: Range<Int>
  }

  /// A writer of one stream.
  ///
  /// - Parameters:
  ///   - compressionLevel: one of `FrameWriter.compressionLevels`; another makes the first write throw.
  ///   - entry: appended to the history of every batch.
  package init(_ output: OutputFile, compressionLevel: Int = 1, entry: HistoryEntry? = nil) {
    self.output = output
    self.compressionLevel = compressionLevel
    self.entry = entry
  }

  /// Takes the records of a batch, and writes the frames that they fill.
  package func write(_ batch: ImageBatch) throws {
    if let template, batch.count > 0, pendingCount > 0, !template.hasLayout(of: batch) { try flush() }
    // A batch without records cuts no frame; it matters only where no other comes.
    if batch.count > 0 || pendingCount == 0 { template = batch }
    let capacity = max(1, Self.frameBytes / max(1, batch.recordByteCount))
    var next = 0
    while next < batch.count {
      let end = min(batch.count, next + capacity - pendingCount)
      pending.append(Piece(batch: batch, rows: next..<end))
      pendingCount += end - next
      next = end
      if pendingCount == capacity { try flush() }
    }
  }

  /// Writes the records taken so far: what a filter does when its input fails. The stream stays open and unmarked.
  package func flush() throws {
    guard pendingCount > 0, let template else { return }
    try writeFrame(like: template)
  }

  /// Writes the records taken so far and the end mark, and commits the output. A stream that was given none gets one
  /// document without records, in the form of the last batch given.
  package func close() throws {
    try flush()
    if !hasWritten {
      guard let template else {
        throw Failure(.software, "\(output.name): a stream without a batch, not even an empty one, cannot be written")
      }
      try writeFrame(like: template)
    }
    try frameWriter().writeEndMark(count: recordCount)
    try output.commit()
  }

  private func writeFrame(like template: ImageBatch) throws {
    let layout = DocumentLayout(
      metadata: metadata(of: template),
      tensors: template.columns.map { ($0.key, $0.value.type, [pendingCount] + $0.value.recordShape) })
    var bytes: [UInt8] = []
    bytes.reserveCapacity(layout.head.count + pendingCount * template.recordByteCount)
    bytes += layout.head
    for index in layout.order {
      let width = template.columns.values[index].recordByteCount
      for piece in pending {
        let rows = piece.rows
        bytes += piece.batch.columns.values[index].bytes[rows.lowerBound * width..<rows.upperBound * width]
      }
    }
    try frameWriter().write(document: bytes)
    recordCount += pendingCount
    pending = []
    pendingCount = 0
    hasWritten = true
  }

  private func frameWriter() throws -> FrameWriter {
    let writer = try frames ?? FrameWriter(output, compressionLevel: compressionLevel)
    frames = writer
    return writer
  }

  /// The batch's metadata with the entry appended; the same object as last time is not taken apart again.
  private func metadata(of batch: ImageBatch) -> [String: String] {
    if let metadata, metadata.given == batch.metadata { return metadata.written }
    var marked = batch
    if let entry { marked.history.append(entry) }
    let written = marked.document().metadata
    metadata = (batch.metadata, written)
    return written
  }
}

extension ImageBatch {
  /// Whether records of both batches may lie in one document.
  package func hasLayout(of other: ImageBatch) -> Bool {
    columns.count == other.columns.count && metadata == other.metadata
      && zip(columns, other.columns).allSatisfy {
        $0.key == $1.key && $0.value.type == $1.value.type && $0.value.recordShape == $1.value.recordShape
      }
  }

  /// Bytes of one record, over all columns.
  package var recordByteCount: Int { columns.values.reduce(0) { $0 + $1.recordByteCount } }
}
