/// Cuts a stream into pieces of nearly equal length, which put together again are the stream.
///
/// The records wait in a temporary file (`TMPDIR`) until their number is known; nothing is written when the input fails.
/// - Parameters:
///   - pieces: how many. Precondition: positive.
///   - writer: opens the piece of a number from 0 up; each is closed before the next is opened.
/// - Returns: the number of records of each piece; the first ones have one more than the last where they differ.
@discardableResult
package func split(
  _ reader: RecordReader, into pieces: Int, _ writer: (Int) throws -> RecordWriter
) throws -> [Int] {
  precondition(pieces > 0, "\(pieces) pieces")
  let spool = try RecordSpool(reader)
  var start = 0
  return try (0..<pieces).map { piece in
    let length = spool.count / pieces + (piece < spool.count % pieces ? 1 : 0)
    let output = try writer(piece)
    try spool.forEachBatch(start..<start + length) { try output.write($0) }
    try output.close()
    start += length
    return length
  }
}
