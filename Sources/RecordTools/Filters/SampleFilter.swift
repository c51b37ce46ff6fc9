import Random
import Records

/// Passes on records drawn at random, in their order.
///
/// Who is drawn depends on the seed and on the records' ids: the same id, or the position where there is none, draws the
/// same number.
package struct SampleFilter: RecordFilter {
  /// How many are drawn.
  package enum Size: Sendable, Equatable {
    /// So many, without replacement; all where there are no more. The records that may yet be kept lie in a temporary
    /// file, so that memory does not grow with the stream.
    case count(Int)
    /// Each with the same probability, 0 to 1, without knowing how many there are.
    case rate(Double)
  }

  private let size: Size
  private let seed: UInt64

  /// Precondition: a number is not negative, a probability within 0...1.
  package init(_ size: Size, seed: UInt64) {
    switch size {
    case .count(let count): precondition(count >= 0, "\(count) records")
    case .rate(let rate): precondition((0...1).contains(rate), "a probability of \(rate)")
    }
    (self.size, self.seed) = (size, seed)
  }

  @discardableResult
  package func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    switch size {
    case .count(let count): try run(count: count, reader, writer)
    case .rate(let rate): try run(rate: rate, reader, writer)
    }
  }

  private func run(count: Int, _ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    let spool = try RecordSpool()
    var candidates = Candidates(count: count)
    var records = 0
    while let batch = try reader.next() {
      let draws = draws(for: batch, startingAt: records)
      let rows = candidates.admit(draws, startingAt: spool.count)
      try spool.append(batch.records(rows))
      records += batch.count
    }
    let chosen = candidates.chosen()
    try spool.forEachBatch(chosen) { try writer.write($0) }
    try writer.close()
    return FilterCounts(read: records, written: chosen.count)
  }

  private func run(rate: Double, _ reader: RecordReader, _ writer: RecordWriter) throws -> FilterCounts {
    var counts = FilterCounts()
    try writer.keepingRecords {
      while let batch = try reader.next() {
        let draws = draws(for: batch, startingAt: counts.read)
        let rows = draws.indices.filter { Double(draws[$0] >> 11) * 0x1p-53 < rate }
        try writer.write(batch.records(rows))
        counts.read += batch.count
        counts.written += rows.count
      }
    }
    try writer.close()
    return counts
  }

  /// A uniform number of 64 bits for each record.
  private func draws(for batch: ImageBatch, startingAt start: Int) -> [UInt64] {
    let ids = batch.ids ?? Array(start..<start + batch.count)
    return ids.map { id in
      var stream = RandomStream(seed: seed, purpose: "sample", record: id)
      return stream.next()
    }
  }
}

/// The records with the lowest draws so far, and some more that wait to be struck off.
private struct Candidates {
  private let count: Int
  /// Draw and row of the spool.
  private var kept: [(draw: UInt64, row: Int)] = []
  /// Who draws this or more is out.
  private var limit = UInt64.max

  init(count: Int) { self.count = count }

  /// Which of the next records may be among the lowest, when their rows in the spool begin at `start`.
  mutating func admit(_ draws: [UInt64], startingAt start: Int) -> [Int] {
    var admitted: [Int] = []
    for (index, draw) in draws.enumerated() where count > 0 && draw <= limit {
      kept.append((draw, start + admitted.count))
      admitted.append(index)
      // Sorting now and then costs less than keeping order all the time.
      if kept.count - count >= max(count, 1024) { strikeOff() }
    }
    return admitted
  }

  /// The rows of the lowest draws, in the order of the stream.
  mutating func chosen() -> [Int] {
    strikeOff()
    return kept.map(\.row).sorted()
  }

  private mutating func strikeOff() {
    guard kept.count > count, count > 0 else { return }
    kept.sort { $0 < $1 }
    kept.removeLast(kept.count - count)
    limit = kept[count - 1].draw
  }
}
