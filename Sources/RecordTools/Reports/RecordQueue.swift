import Records

/// A stream's records, handed out in numbers that the frames do not decide.
package struct RecordQueue {
  /// Where the records come from.
  package let reader: RecordReader
  private var batch: ImageBatch?
  private var next = 0
  /// How many have been handed out.
  package private(set) var taken = 0

  /// The records of a stream.
  package init(_ reader: RecordReader) { self.reader = reader }

  /// How many records can be taken at once: 0 only at the end.
  ///
  /// - Throws: what reading throws.
  package mutating func waiting() throws -> Int {
    while batch.map({ next == $0.count }) ?? true, let following = try reader.next() {
      batch = following
      next = 0
    }
    return (batch?.count ?? 0) - next
  }

  /// The next records; nil of a stream without any. Precondition: so many wait.
  package mutating func take(_ count: Int) -> ImageBatch? {
    let rows = next..<next + count
    next += count
    taken += count
    return batch?.records(rows)
  }

  /// A failure of kind `data`: this stream has ended, the other has not.
  package func endsEarly(before other: RecordQueue) -> Failure {
    Failure(.data, "\(reader.name) ends after \(taken) records, \(other.reader.name) goes on")
  }
}
