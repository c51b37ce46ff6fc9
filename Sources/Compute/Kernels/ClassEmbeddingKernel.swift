import Threads

/// Rows of a planar table [classes, C, H·W], added to and gathered from pictures [N, H·W, C].
struct ClassEmbeddingKernel {
  let pixels: Int
  let channels: Int

  private var rowCount: Int { pixels * channels }

  /// y[n] ← z[n] + the row of label[n].
  func forward(_ z: Storage, table: Storage, labels: [Int], y: Storage) {
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

  /// table[k] ← Σ dy[n] over the records of label k (+ table[k] where `accumulate`).
  func backward(_ dy: Storage, labels: [Int], table: Storage, accumulate: Bool) {
    let classes = table.count / max(1, rowCount)
    var records = [[Int]](repeating: [], count: classes)
    for (record, label) in labels.enumerated() { records[label].append(record) }
    Parallel.forEachPiece(classes) { label in
      let target = table.base + label * rowCount
      guard !records[label].isEmpty else {
        if !accumulate { target.update(repeating: 0, count: rowCount) }
        return
      }
      let sum = Storage.zeros(count: rowCount)
      let total = sum.base
      for record in records[label] {
        let source = dy.base + record * rowCount
        for i in 0..<rowCount { total[i] += source[i] }
      }
      Self.transpose(total, rows: pixels, columns: channels, into: target, accumulate: accumulate)
    }
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
