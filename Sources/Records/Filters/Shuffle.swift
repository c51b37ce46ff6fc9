import Random

/// Passes on all records in random order, each order as likely as any other.
///
/// The records wait in a temporary file (`TMPDIR`), so that a stream larger than memory can be shuffled.
/// - Parameter seed: the order follows from it and from the number of records.
/// - Returns: how many records there were.
@discardableResult
package func shuffle(seed: UInt64, _ reader: RecordReader, into writer: RecordWriter) throws -> Int {
  let spool = try RecordSpool(reader)
  var stream = RandomStream(seed: seed, purpose: "shuffle")
  try spool.forEachBatch(stream.permutation(count: spool.count)) { try writer.write($0) }
  try writer.close()
  return spool.count
}
