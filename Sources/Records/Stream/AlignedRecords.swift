/// Streams in step: batches of the same number of records, however each stream's frames are cut.
package struct AlignedRecords {
  private var queues: [RecordQueue]
  private var isStarted = false

  /// The records of some streams. Precondition: there is one.
  package init(_ readers: [RecordReader]) { queues = readers.map { RecordQueue($0) } }

  /// How many records of each stream have been handed out.
  package var taken: Int { queues[0].taken }

  /// The next records of all; nil at the end of all. Of streams without records there is one batch each, without any.
  ///
  /// - Throws: what reading throws, and a data failure where one stream ends before another.
  package mutating func next() throws -> [ImageBatch]? {
    var waiting: [Int] = []
    for index in queues.indices { waiting.append(try queues[index].waiting()) }
    let least = waiting.min() ?? 0
    if least == 0 {
      if let ended = waiting.firstIndex(of: 0), let other = waiting.firstIndex(where: { $0 > 0 }) {
        throw Failure(
          .data,
          "\(queues[ended].reader.name) ends after \(counted(taken, "record")), \(queues[other].reader.name) goes on")
      }
      if isStarted { return nil }
    }
    isStarted = true
    var batches: [ImageBatch] = []
    for index in queues.indices {
      guard let batch = queues[index].take(least) else { return nil }
      batches.append(batch)
    }
    return batches
  }
}

/// A stream's records, handed out in numbers that the frames do not decide.
private struct RecordQueue {
  let reader: RecordReader
  private var batch: ImageBatch?
  private var next = 0
  private(set) var taken = 0

  init(_ reader: RecordReader) { self.reader = reader }

  /// How many records can be taken at once: 0 only at the end.
  mutating func waiting() throws -> Int {
    while batch.map({ next == $0.count }) ?? true, let following = try reader.next() {
      batch = following
      next = 0
    }
    return (batch?.count ?? 0) - next
  }

  /// The next records; nil of a stream without a batch. Precondition: so many wait.
  mutating func take(_ count: Int) -> ImageBatch? {
    let rows = next..<next + count
    next += count
    taken += count
    return batch?.records(rows)
  }
}
