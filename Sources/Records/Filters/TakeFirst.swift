/// Passes on the first records, and reads no more frames than hold them.
///
/// When the input fails on the way, the records before the fault go out without an end mark, and the fault is thrown.
/// - Parameters:
///   - count: how many; where there are fewer, all of them. Precondition: not negative.
///   - reader: where the records come from.
///   - writer: where they go; it is closed.
package func takeFirst(_ count: Int, of reader: RecordReader, into writer: RecordWriter) throws {
  precondition(count >= 0, "\(count) records")
  try writer.keepingRecords {
    var left = count
    while let batch = try reader.next() {
      try writer.write(left < batch.count ? batch.records(0..<left) : batch)
      left -= min(left, batch.count)
      if left == 0 { break }
    }
  }
  try writer.close()
}
