import Threads

/// Sums over everything but the channels: the gradient of a bias.
enum ChannelSum {
  /// Pixels a piece, so that the pieces and the order of the sum depend on the shape alone.
  private static let pieceLength = 4096

  /// sum[c] ← (accumulate ? sum[c] : 0) + Σ over rows of x [rows, channels].
  static func run(_ x: Storage, channels: Int, sum: Storage, accumulate: Bool) {
    precondition(
      sum.count == channels && x.count % channels == 0, "sum of \(x.count) elements over \(channels) channels")
    let rows = x.count / channels
    let pieces = (rows + pieceLength - 1) / pieceLength
    let parts = Storage.zeros(count: max(1, pieces) * channels)
    Parallel.forEachRange(of: rows, length: pieceLength) { range in
      let part = parts.base + range.lowerBound / pieceLength * channels
      var row = x.base + range.lowerBound * channels
      for _ in range {
        for c in 0..<channels { part[c] += row[c] }
        row += channels
      }
    }
    for c in 0..<channels {
      var total = 0.0
      for piece in 0..<pieces { total += Double(parts.base[piece * channels + c]) }
      sum.base[c] = (accumulate ? sum.base[c] : 0) + Float(total)
    }
  }
}
