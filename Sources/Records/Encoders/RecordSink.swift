/// A form of data set that records are written in.
public protocol RecordSink {
  /// Takes the next records. Those before a fault have been written.
  ///
  /// - Parameter failure: turns words about a record of the batch into a data failure that says where it stands.
  mutating func write(_ batch: ImageBatch, failure: (_ record: Int, _ words: String) -> Failure) throws

  /// Writes what is left, and commits the output.
  mutating func close() throws

  /// What the form could not hold of the records written, in words for the user.
  var notes: [String] { get }
}

/// Writes all records of a stream in another form.
///
/// - Returns: the number of records.
/// - Throws: what the reader and the sink throw; what was written before then stays where the form allows it.
@discardableResult
public func encode(_ reader: RecordReader, into sink: inout some RecordSink) throws -> Int {
  var count = 0
  while let batch = try reader.next() {
    try sink.write(batch) { reader.failure(record: $0, $1) }
    count += batch.count
  }
  try sink.close()
  return count
}
