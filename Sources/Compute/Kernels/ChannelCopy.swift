import Threads

/// Copies of some channels of pixels whose channels lie in arrays of different widths.
enum ChannelCopy {
  /// Pixels a piece.
  private static let pieceLength = 512

  /// to[row, c] ← from[row, c] (+ to[row, c] where `accumulate`), both given by their first element and the floats from
  /// one row to the next.
  static func run(
    from source: (base: UnsafeMutablePointer<Float>, rowStride: Int),
    to target: (base: UnsafeMutablePointer<Float>, rowStride: Int), rows: Int, channels: Int, accumulate: Bool = false
  ) {
    precondition(
      channels <= source.rowStride && channels <= target.rowStride,
      "\(channels) channels of rows of \(source.rowStride) and \(target.rowStride)")
    Profile.span("channels", .arrays(2, of: rows * channels)) {
      Parallel.forEachRange(of: rows, length: pieceLength) { range in
        for row in range {
          let (from, to) = (source.base + row * source.rowStride, target.base + row * target.rowStride)
          for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
            to.put(from.vector(c), c, lanes: channels - c, accumulate: accumulate)
          }
        }
      }
    }
  }
}
