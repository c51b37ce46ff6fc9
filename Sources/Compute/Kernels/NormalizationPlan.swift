import Threads

/// How pixels [rows, channels] that share their statistics are cut into pieces, and the passes over them: all pixels of
/// a batch for batch normalisation, those of one picture for instance normalisation.
struct NormalizationPlan {
  let rows: Int
  let channels: Int
  /// Whether the pieces are handed to threads; false within work that is already cut.
  let concurrent: Bool

  private var stride: Int { NormalizationKernel.stride(channels) }
  private var pieceRows: Int { NormalizationKernel.pieceRows(channels) }
  private var pieces: Int { (rows + pieceRows - 1) / pieceRows }

  /// The mean and the biased variance of every channel, put together from the pieces in double precision.
  func statistics(_ x: UnsafePointer<Float>) -> (mean: [Double], variance: [Double]) {
    let parts = Storage(count: pieces * 2 * stride)
    forEachPiece { piece, range in
      let mean = parts.base + piece * 2 * stride
      NormalizationKernel.statistics(
        x + range.lowerBound * channels, rows: range.count, channels: channels, mean: mean, squares: mean + stride)
    }
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for piece in 0..<pieces {
      let (part, share) = (parts.base + piece * 2 * stride, Double(count(of: piece)) / Double(rows))
      for c in 0..<channels { mean[c] += Double(part[c]) * share }
    }
    for piece in 0..<pieces {
      let (part, count) = (parts.base + piece * 2 * stride, Double(count(of: piece)))
      for c in 0..<channels {
        let distance = Double(part[c]) - mean[c]
        variance[c] += (Double(part[stride + c]) + count * distance * distance) / Double(rows)
      }
    }
    return (mean, variance)
  }

  /// y ← map(x) (+ residual).
  func normalize(
    _ x: UnsafePointer<Float>, _ map: NormalizationKernel.Map, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    forEachPiece { _, range in
      let start = range.lowerBound * channels
      NormalizationKernel.normalize(
        x + start, rows: range.count, channels: channels, map, residual: residual.map { $0 + start }, y: y + start)
    }
  }

  /// Σ g and Σ g·(x − mean)·inverse of every channel, where g is dy cut by the rectifier; with `cut`, by the sign of its
  /// y, and written to its g.
  func sums(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, _ map: NormalizationKernel.Map,
    inverse: UnsafePointer<Float>, cut: (y: UnsafePointer<Float>, g: UnsafeMutablePointer<Float>)?
  ) -> (plain: [Double], weighted: [Double]) {
    let parts = Storage(count: pieces * 2 * stride)
    forEachPiece { piece, range in
      let start = range.lowerBound * channels
      let plain = parts.base + piece * 2 * stride
      NormalizationKernel.sums(
        dy + start, x: x + start, rows: range.count, channels: channels, map, inverse: inverse,
        cut: cut.map { ($0.y + start, $0.g + start) }, plain: plain, weighted: plain + stride)
    }
    var plain = [Double](repeating: 0, count: channels)
    var weighted = plain
    for piece in 0..<pieces {
      let part = parts.base + piece * 2 * stride
      for c in 0..<channels {
        plain[c] += Double(part[c])
        weighted[c] += Double(part[stride + c])
      }
    }
    return (plain, weighted)
  }

  /// dx ← scale·(g − plain − (x − mean)·weighted) (+ dx where `accumulate`); dx may be dy.
  func gradient(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, _ map: NormalizationKernel.Map,
    plain: UnsafePointer<Float>, weighted: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    forEachPiece { _, range in
      let start = range.lowerBound * channels
      NormalizationKernel.gradient(
        dy + start, x: x + start, rows: range.count, channels: channels, map, plain: plain, weighted: weighted,
        dx: dx + start, accumulate: accumulate)
    }
  }

  private func count(of piece: Int) -> Int { min(pieceRows, rows - piece * pieceRows) }

  private func forEachPiece(_ body: (_ piece: Int, _ rows: Range<Int>) -> Void) {
    let length = pieceRows
    func run(_ range: Range<Int>) {
      for piece in range { body(piece, piece * length..<min(rows, (piece + 1) * length)) }
    }
    guard concurrent else { return run(0..<pieces) }
    // Memory sets the pace, and it is faster where a thread goes on from one piece to the next.
    Parallel.forEachRun(ofPieces: pieces, run)
  }
}
