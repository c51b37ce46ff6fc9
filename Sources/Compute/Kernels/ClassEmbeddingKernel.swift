import Threads

/// Rows of a planar table [classes, C, H·W], added to and gathered from pictures [N, H·W, C].
struct ClassEmbeddingKernel {
  let pixels: Int
  let channels: Int

  private var rowCount: Int { pixels * channels }

  /// y[n] ← z[n] + the row of label[n].
  func forward(_ z: Storage, table: Storage, labels: [Int], y: Storage) {
    precondition(
      z.count == labels.count * rowCount && y.count == z.count
        && labels.allSatisfy { $0 >= 0 && ($0 + 1) * rowCount <= table.count },
      "\(labels.count) labels, a table of \(table.count), \(z.count) to \(y.count) elements")
    let used = Set(labels).sorted()
    let rows = interleaved(table, rows: used)
    let place = Dictionary(uniqueKeysWithValues: zip(used, 0...))
    let slots = labels.compactMap { place[$0] }
    Parallel.forEachPiece(labels.count) { picture in
      let (row, start) = (rows.base + slots[picture] * rowCount, picture * rowCount)
      let (source, target) = (z.base + start, y.base + start)
      for i in 0..<rowCount { target[i] = source[i] + row[i] }
    }
  }

  /// table[k] ← Σ dy[n] over the records of label k (+ table[k] where `accumulate`), in the order of the batch's parts.
  func backward(_ dy: Storage, labels: [Int], _ parts: BatchParts, table: Storage, accumulate: Bool) {
    precondition(
      parts.records == labels.count && dy.count == labels.count * rowCount
        && labels.allSatisfy { $0 >= 0 && ($0 + 1) * rowCount <= table.count },
      "\(labels.count) labels of \(parts.records) records for \(dy.count) elements")
    let classes = table.count / max(1, rowCount)
    var records = [[Int]](repeating: [], count: classes)
    for (record, label) in labels.enumerated() { records[label].append(record) }
    Parallel.forEachPiece(classes) { label in
      let target = table.base + label * rowCount
      let sum = Storage(count: rowCount)
      if addTree(dy, records[label], parts, 0..<parts.count, into: sum) {
        Self.transpose(sum.base, rows: pixels, columns: channels, into: target, accumulate: accumulate)
      } else if !accumulate {
        target.update(repeating: 0, count: rowCount)
      }
    }
  }

  /// sum ← Σ dy[n] over those of the records that lie in a run of parts; false where none does. Sums that begin with +0
  /// never are −0, so that to leave one out is to add 0.
  private func addTree(
    _ dy: Storage, _ records: [Int], _ parts: BatchParts, _ run: Range<Int>, into sum: Storage
  ) -> Bool {
    let range = parts.records(of: run.lowerBound).lowerBound..<parts.records(of: run.upperBound - 1).upperBound
    let some = records.filter(range.contains)
    guard !some.isEmpty else { return false }
    if run.count > 1 {
      let (left, right) = SumTree.halves(run)
      guard addTree(dy, some, parts, left, into: sum) else { return addTree(dy, some, parts, right, into: sum) }
      let other = Storage(count: rowCount)
      if addTree(dy, some, parts, right, into: other) { add(other.base, to: sum.base) }
    } else {
      sum.base.update(repeating: 0, count: rowCount)
      for record in some { add(dy.base + record * rowCount, to: sum.base) }
    }
    return true
  }

  private func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    for i in 0..<rowCount { target[i] += source[i] }
  }

  /// The given rows of the table, one after the other, with the channels last.
  private func interleaved(_ table: Storage, rows: [Int]) -> Storage {
    let result = Storage(count: rows.count * rowCount)
    Parallel.forEachPiece(rows.count) { slot in
      Self.transpose(
        table.base + rows[slot] * rowCount, rows: channels, columns: pixels, into: result.base + slot * rowCount,
        accumulate: false)
    }
    return result
  }

  /// target [columns, rows] ← the transpose of source [rows, columns], block by block so that both stay in the cache.
  private static func transpose(
    _ source: UnsafePointer<Float>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let block = 16
    for top in stride(from: 0, to: rows, by: block) {
      for left in stride(from: 0, to: columns, by: block) {
        for column in left..<min(left + block, columns) {
          for row in top..<min(top + block, rows) {
            let value = source[row * columns + column]
            let index = column * rows + row
            target[index] = accumulate ? target[index] + value : value
          }
        }
      }
    }
  }
}
