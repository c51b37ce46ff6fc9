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
