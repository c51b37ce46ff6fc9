import Threads

/// Sums over everything but the channels: the gradient of a bias.
enum ChannelSum {
  /// Pixels a piece, so that the pieces and the order of the sum depend on the shape alone.
  private static let pieceLength = 4096

  /// sum[c] ← (accumulate ? sum[c] : 0) + Σ over rows of x [rows, channels], in the order of the batch's parts.
  static func run(_ x: Storage, channels: Int, _ parts: BatchParts, sum: Storage, accumulate: Bool) {
    precondition(
      sum.count == channels && x.count % (channels * max(1, parts.records)) == 0,
      "sum of \(x.count) elements of \(parts.records) records over \(channels) channels")
    let pieces = PartPieces(parts.ranges(length: x.count / channels / max(1, parts.records)), length: pieceLength)
    let sums = Storage.zeros(count: pieces.all.count * channels)
    Parallel.forEachPiece(pieces.all.count) { piece in
      let target = sums.base + piece * channels
      var row = x.base + pieces.all[piece].lowerBound * channels
      for _ in pieces.all[piece] {
        for c in 0..<channels { target[c] += row[c] }
        row += channels
      }
    }
    for c in 0..<channels {
      let total = SumTree.sum(0..<parts.count) { part in
        Float(pieces.ofParts[part].reduce(0.0) { $0 + Double(sums.base[$1 * channels + c]) })
      } adding: {
        $0 += $1
      }
      sum.base[c] = (accumulate ? sum.base[c] : 0) + total
    }
  }
}
