import Random

/// Passes on so many records of a stream, drawn without replacement, in their order; all where there are no more.
///
/// Who is drawn depends on the seed and on the records' ids: the same id, or the position where there is none, draws the
/// same number. The records that may yet be kept lie in a temporary file, so that memory does not grow with the stream.
/// - Parameters:
///   - count: how many. Precondition: not negative.
///   - seed: what the draws follow from.
/// - Returns: how many records there were, and how many went on.
@discardableResult
package func sample(
  _ count: Int, seed: UInt64, of reader: RecordReader, into writer: RecordWriter
) throws -> (records: Int, sampled: Int) {
  precondition(count >= 0, "\(count) records")
  let spool = try RecordSpool()
  var candidates = Candidates(count: count)
  var records = 0
  while let batch = try reader.next() {
    let draws = draws(for: batch, startingAt: records, seed: seed)
    let rows = candidates.admit(draws, startingAt: spool.count)
    try spool.append(batch.records(rows))
    records += batch.count
  }
  let chosen = candidates.chosen()
  try spool.forEachBatch(chosen) { try writer.write($0) }
  try writer.close()
  return (records, chosen.count)
}

/// Passes on each record by the same chance, in their order, without knowing how many there are.
///
/// - Parameters:
///   - rate: the chance, 0 to 1.
///   - seed: what the draws follow from, as for a number of records.
/// - Returns: how many records there were, and how many went on.
@discardableResult
package func sample(
  rate: Double, seed: UInt64, of reader: RecordReader, into writer: RecordWriter
) throws -> (records: Int, sampled: Int) {
  precondition((0...1).contains(rate), "a chance of \(rate)")
  var (records, sampled) = (0, 0)
  try writer.keepingRecords {
    while let batch = try reader.next() {
      let draws = draws(for: batch, startingAt: records, seed: seed)
      let rows = draws.indices.filter { Double(draws[$0] >> 11) * 0x1p-53 < rate }
      try writer.write(batch.records(rows))
      records += batch.count
      sampled += rows.count
    }
  }
  try writer.close()
  return (records, sampled)
}

/// A uniform number of 64 bits for each record.
private func draws(for batch: ImageBatch, startingAt start: Int, seed: UInt64) -> [UInt64] {
  let ids = batch.ids ?? Array(start..<start + batch.count)
  return ids.map { id in
    var stream = RandomStream(seed: seed, purpose: "sample", record: id)
    return stream.next()
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
