import Records

/// Work on a stream: records come from a reader, and what becomes of them goes to a writer, which is closed.
///
/// When the input fails on the way, the records before the fault go out without an end mark, and the fault is thrown.
package protocol RecordFilter {
  /// Does the work.
  ///
  /// - Returns: how many records came, and how many went on.
  /// - Throws: what reader and writer throw, and `Failure` of kind `data` for records that the filter cannot treat.
  @discardableResult
  func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts
}

/// How many records a filter met.
package struct FilterCounts: Sendable, Equatable {
  /// Those that came.
  package var read = 0
  /// Those that went on.
  package var written = 0
}

/// Passes on the first records, and reads no more frames than hold them.
package struct HeadFilter: RecordFilter {
  private let count: Int

  /// So many records; all where there are fewer. Precondition: not negative.
  package init(count: Int) {
    precondition(count >= 0, "\(count) records")
    self.count = count
  }

  @discardableResult
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    var counts = FilterCounts()
    try writer.keepingRecords {
      while let batch = try reader.next() {
        let taken = min(count - counts.written, batch.count)
        try writer.write(taken < batch.count ? batch.records(0..<taken) : batch)
        counts.read += batch.count
        counts.written += taken
        if counts.written == count { break }
      }
    }
    try writer.close()
    return counts
  }
}

/// Passes on the records that meet a condition, in their order.
///
/// It fails, naming the frame, where the condition does not suit the records.
package struct SelectFilter: RecordFilter {
  private let condition: Expression

  /// The records that meet the condition.
  package init(_ condition: Expression) { self.condition = condition }

  @discardableResult
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    var counts = FilterCounts()
    try writer.keepingRecords {
      while let batch = try reader.next() {
        let rows = try matches(batch, reader).enumerated().filter(\.element).map(\.offset)
        try writer.write(rows.count == batch.count ? batch : batch.records(rows))
        counts.read += batch.count
        counts.written += rows.count
      }
    }
    try writer.close()
    return counts
  }

  private func matches(_ batch: ImageBatch, _ reader: RecordReader) throws -> [Bool] {
    do {
      return try condition.matches(batch)
    } catch let fault as Failure where fault.kind == .data {
      throw reader.failure(fault.message)
    }
  }
}
