import Random
import Records

/// Passes on all records in random order, each order as likely as any other.
///
/// The records wait in a temporary file (`TMPDIR`), so that a stream larger than memory can be shuffled.
package struct ShuffleFilter: RecordFilter {
  private let seed: UInt64

  /// An order that follows from the seed and from the number of records.
  package init(seed: UInt64) { self.seed = seed }

  @discardableResult
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    let spool = try RecordSpool(reader)
    var stream = RandomStream(seed: seed, purpose: "shuffle")
    try spool.forEachBatch(stream.permutation(count: spool.count)) { try writer.write($0) }
    try writer.close()
    return FilterCounts(read: spool.count, written: spool.count)
  }
}

/// Cuts a stream into pieces of nearly equal length, which put together again are the stream.
///
/// The records wait in a temporary file (`TMPDIR`) until their number is known; nothing is written when the input fails.
package struct SplitFilter: Sendable {
  private let pieces: Int

  /// So many pieces. Precondition: positive.
  package init(pieces: Int) {
    precondition(pieces > 0, "\(pieces) pieces")
    self.pieces = pieces
  }

  /// Does the work.
  ///
  /// - Parameter writer: opens the piece of a number from 0 up; each is closed before the next is opened.
  /// - Returns: the number of records of each piece; the first ones have one more than the last where they differ.
  /// - Throws: what the reader and the writers throw.
  @discardableResult
  package func run(_ reader: RecordReader, _ writer: (Int) throws -> RecordWriter) throws -> [Int] {
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
}
