import Records

/// Two streams in step: batches of the same number of records, however each stream's frames are cut.
struct RecordPairs {
  private var first: RecordQueue
  private var second: RecordQueue
  private var isStarted = false

  init(_ first: RecordReader, _ second: RecordReader) {
    self.first = RecordQueue(first)
    self.second = RecordQueue(second)
  }

  /// The next records of both; nil at the end of both. Of streams without records there is one pair, without any.
  ///
  /// - Throws: `Failure` of kind `data` when one stream ends before the other.
  mutating func next() throws -> (ImageBatch, ImageBatch)? {
    let (x, y) = (try first.waiting(), try second.waiting())
    if x == 0, y > 0 { throw first.endsEarly(before: second) }
    if y == 0, x > 0 { throw second.endsEarly(before: first) }
    if x == 0, isStarted { return nil }
    isStarted = true
    guard let some = first.take(min(x, y)), let others = second.take(min(x, y)) else { return nil }
    return (some, others)
  }
}

/// A stream's records, handed out in numbers that the frames do not decide.
private struct RecordQueue {
  private let reader: RecordReader
  private var batch: ImageBatch?
  private var next = 0
  private var taken = 0

  init(_ reader: RecordReader) { self.reader = reader }

  /// How many records can be taken at once: 0 only at the end.
  mutating func waiting() throws -> Int {
    while batch.map({ next == $0.count }) ?? true, let following = try reader.next() {
      batch = following
      next = 0
    }
    return (batch?.count ?? 0) - next
  }

  /// The next records. Precondition: so many wait.
  mutating func take(_ count: Int) -> ImageBatch? {
    let rows = next..<next + count
    next += count
    taken += count
    return batch?.records(rows)
  }

  /// A failure of kind `data`: this stream has ended, the other has not.
  func endsEarly(before other: RecordQueue) -> Failure {
    Failure(.data, "\(reader.name) ends after \(taken) records, \(other.reader.name) goes on")
  }
}
