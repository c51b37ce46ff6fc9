/// Passes on the records that meet a condition, in their order.
///
/// When the input fails on the way, the records before the fault go out without an end mark, and the fault is thrown.
/// - Returns: how many records there were, and how many of them went on.
/// - Throws: `Failure` of kind `data`, naming the frame, where the condition does not suit the records.
@discardableResult
package func select(
  _ condition: Expression, of reader: RecordReader, into writer: RecordWriter
) throws -> (records: Int, selected: Int) {
  var (records, selected) = (0, 0)
  try writer.keepingRecords {
    while let batch = try reader.next() {
      let rows = try matches(condition, batch, reader).enumerated().filter(\.element).map(\.offset)
      try writer.write(rows.count == batch.count ? batch : batch.records(rows))
      records += batch.count
      selected += rows.count
    }
  }
  try writer.close()
  return (records, selected)
}

private func matches(_ condition: Expression, _ batch: ImageBatch, _ reader: RecordReader) throws -> [Bool] {
  do {
    return try condition.matches(batch)
  } catch let fault as Failure where fault.kind == .data {
    throw reader.failure(fault.message)
  }
}
