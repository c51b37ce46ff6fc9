import Threads

/// How pixels [rows, channels] that share their statistics are cut into pieces, and the passes over them: all pixels of
/// a batch for batch normalisation, those of one picture for instance normalisation. Rows of x and dx may lie further
/// apart than their channels (`rowStride`); all other arrays are dense.
struct NormalizationPlan {
  let rows: Int
  let channels: Int
  private let rowStride: Int
  private let pieces: PartPieces
  /// Whether the pieces are handed to threads; false within work that is already cut.
  private let concurrent: Bool

  /// The rows of each part are summed on their own.
  ///
  /// - Parameter rowStride: floats from one row of x to the next; nil where these are its channels.
  init(parts: [Range<Int>], channels: Int, rowStride: Int? = nil, concurrent: Bool) {
    (self.channels, self.rowStride, self.concurrent) = (channels, rowStride ?? channels, concurrent)
    rows = parts.reduce(0) { $0 + $1.count }
    pieces = PartPieces(parts, length: NormalizationKernel.pieceRows(channels))
  }

  private var stride: Int { NormalizationKernel.stride(channels) }

  /// Σ x and Σ x² of every channel, one behind the other, for each part; put together from means and squared deviations
  /// of the pieces, so that a large mean does not drown a small deviation.
  func moments(_ x: UnsafePointer<Float>) -> [[Double]] {
    let sums = Storage(count: pieces.all.count * 2 * stride)
    forEachPiece { piece, range in
      let mean = sums.base + piece * 2 * stride
      NormalizationKernel.statistics(
        x + range.lowerBound * rowStride, rows: range.count, channels: channels, rowStride: rowStride, mean: mean,
        squares: mean + stride)
    }
    return ofParts(sums) { piece, mean, squares in
      let total = Double(pieces.all[piece].count) * Double(mean)
      return (total, Double(squares) + total * Double(mean))
    }
  }

  /// y ← map(x) (+ residual).
  func normalize(
    _ x: UnsafePointer<Float>, _ map: NormalizationKernel.Map, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    forEachPiece { _, range in
      let start = range.lowerBound * channels
      NormalizationKernel.normalize(
        x + range.lowerBound * rowStride, rows: range.count, channels: channels, rowStride: rowStride, map,
        residual: residual.map { $0 + start }, y: y + start)
    }
  }

  /// Σ g and Σ g·x̂ of every channel, one behind the other, for each part: g is dy where the rectifier lets it pass, by
  /// the map or with `mask` by the sign of its y, and then written to its g; x̂ is (x − mean)·inverse.
  func gradientSums(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, _ map: NormalizationKernel.Map,
    inverse: UnsafePointer<Float>, mask: NormalizationKernel.Mask?
  ) -> [[Double]] {
    let sums = Storage(count: pieces.all.count * 2 * stride)
    forEachPiece { piece, range in
      let start = range.lowerBound * channels
      let target = sums.base + piece * 2 * stride
      NormalizationKernel.gradientSums(
        dy + start, x: x + range.lowerBound * rowStride, rows: range.count, channels: channels, rowStride: rowStride,
        map, inverse: inverse,
        mask: mask?.advanced(by: start), sumG: target, sumGX: target + stride)
    }
    return ofParts(sums) { (Double($1), Double($2)) }
  }

  /// dx ← scale·(g − meanG − (x − mean)·meanGX) (+ dx where `accumulate`); dx may be dy where its
  /// rows are dense.
  func gradient(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, _ map: NormalizationKernel.Map,
    meanG: UnsafePointer<Float>, meanGX: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    forEachPiece { _, range in
      let source = range.lowerBound * rowStride
      NormalizationKernel.gradient(
        dy + range.lowerBound * channels, x: x + source, rows: range.count, channels: channels, rowStride: rowStride,
        map, meanG: meanG, meanGX: meanGX, dx: dx + source, accumulate: accumulate)
    }
  }

  /// The sums over the pieces of each part of what `terms` makes of a piece's two numbers of a channel.
  @inline(__always)
  private func ofParts(
    _ sums: Storage, _ terms: (_ piece: Int, _ first: Float, _ second: Float) -> (Double, Double)
  ) -> [[Double]] {
    pieces.ofParts.map { part in
      [Double](unsafeUninitializedCapacity: 2 * channels) { totals, count in
        count = 2 * channels
        totals.initialize(repeating: 0)
        for piece in part {
          let first = sums.base + piece * 2 * stride
          for c in 0..<channels {
            let (one, other) = terms(piece, first[c], first[stride + c])
            totals[c] += one
            totals[channels + c] += other
          }
        }
      }
    }
  }

  private func forEachPiece(_ body: (_ piece: Int, _ rows: Range<Int>) -> Void) {
    guard concurrent else {
      for (piece, range) in pieces.all.enumerated() { body(piece, range) }
      return
    }
    // Memory sets the pace, and it is faster where a thread goes on from one piece to the next.
    Parallel.forEachRun(ofPieces: pieces.all.count) { for piece in $0 { body(piece, pieces.all[piece]) } }
  }
}

/// Mean and biased variance of every channel from Σ x and Σ x², one behind the other, over `count` pixels.
func meanAndVariance(_ moments: [Double], count: Double) -> (mean: [Double], variance: [Double]) {
  let mean = moments.prefix(moments.count / 2).map { $0 / count }
  // Rounding may leave a little less than nothing of a channel that is the same everywhere.
  let variance = zip(moments.suffix(moments.count / 2), mean).map { max(0, $0 / count - $1 * $1) }
  return (mean, variance)
}
