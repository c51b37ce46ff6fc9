extension RecordReader {
  /// The loop of every filter: passes each batch through `transform` to the writer, and closes the writer.
  ///
  /// - Parameters:
  ///   - finish: is called when all records have passed, before the writer is closed.
  ///   - transform: is also given the number of records that came before the batch.
  /// - Returns: how many records came.
  /// - Throws: the first fault of the reader, of `transform` or of `finish`, after the records that came before it have been written;
  ///   the stream then lacks its end mark.
  @discardableResult
  package func pass(
    to writer: RecordWriter, finish: () throws -> Void = {},
    _ transform: (_ batch: ImageBatch, _ start: Int) throws -> ImageBatch
  ) throws -> Int {
    var start = 0
    try writer.keepingRecords {
      while let batch = try next() {
        try writer.write(try transform(batch, start))
        start += batch.count
      }
      try finish()
    }
    try writer.close()
    return start
  }
}

extension RecordWriter {
  /// Does a filter's work; when it fails, the records written so far go out before the fault is thrown.
  package func keepingRecords<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      // Where the fault was one of writing this fails again; the first fault is the one to tell.
      try? flush()
      throw error
    }
  }
}
