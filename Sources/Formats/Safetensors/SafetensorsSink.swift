import Records

/// Plain safetensors files of about equal size, `PREFIX00000.safetensors` and so on: all columns and metadata, without
/// the stream's frames around them.
package struct SafetensorsSink: RecordSink {
  private let prefix: String
  private let shardByteCount: Int
  private let entry: HistoryEntry?
  private var pending: [ImageBatch] = []
  private var pendingByteCount = 0
  private var shardCount = 0
  private var empty: ImageBatch?

  /// - Parameters:
  ///   - prefix: what the files' names begin with, folder and all.
  ///   - shardByteCount: of a file's columns, at most, unless one record is larger. Memory grows with it.
  ///   - entry: appended to the history of every file.
  package init(prefix: String, shardByteCount: Int, entry: HistoryEntry?) {
    self.prefix = prefix
    self.shardByteCount = shardByteCount
    self.entry = entry
  }

  package mutating func write(_ batch: ImageBatch, failure: (Int, String) -> Failure) throws {
    if batch.count == 0 {
      empty = batch
      return
    }
    if let last = pending.last, !last.hasLayout(of: batch) { try flush() }
    let width = max(1, batch.recordByteCount)
    var next = 0
    while next < batch.count {
      let room = max(pending.isEmpty ? 1 : 0, (shardByteCount - pendingByteCount) / width)
      let end = min(batch.count, next + room)
      if end > next { pending.append(batch.records(next..<end)) }
      pendingByteCount += (end - next) * width
      next = end
      if next < batch.count { try flush() }
    }
  }

  /// Writes what is left; of a stream without records, one file without.
  package mutating func close() throws {
    if let empty, pending.isEmpty, shardCount == 0 { pending = [empty] }
    try flush()
  }

  /// Writes a file of the records that wait.
  package mutating func flush() throws {
    guard !pending.isEmpty else { return }
    let output = try OutputFile.create("\(prefix)\(padded(shardCount, digits: 5)).safetensors")
    var whole = ImageBatch(joining: pending)
    if let entry { whole.history.append(entry) }
    try output.write(whole.document().serialized())
    try output.commit()
    pending = []
    pendingByteCount = 0
    shardCount += 1
  }

  package var notes: [String] { [] }
}
