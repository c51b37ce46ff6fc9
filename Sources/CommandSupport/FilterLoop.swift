import Records

/// The loop of every filter: batches in, batches out.
public enum FilterLoop {
  /// Passes each batch of the reader through `transform` to the writer and closes the writer.
  ///
  /// - Parameter transform: is also given the number of records that came before the batch.
  /// - Throws: the first fault of the reader or of `transform`, after the records that came before it have been written;
  ///   the stream then lacks its end mark.
  public static func run(
    _ reader: RecordReader, _ writer: RecordWriter,
    _ transform: (_ batch: ImageBatch, _ start: Int) throws -> ImageBatch
  ) throws {
    var start = 0
    try writer.keepingRecords {
      while let batch = try reader.next() {
        try writer.write(try transform(batch, start))
        start += batch.count
      }
    }
    try writer.close()
  }
}
