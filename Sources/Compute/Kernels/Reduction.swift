import Threads

/// Sums of very many terms: floats within a block, doubles across blocks and pieces, always in the same order.
enum Reduction {
  /// Terms a thread takes at a time.
  private static let pieceLength = 1 << 15
  /// Terms summed in single precision: 64 to a lane.
  private static let blockLength = 1 << 10

  /// Σ term(i), i in 0..<count, where `term` gives the sixteen terms from i on; what it gives past the end is ignored.
  @inline(__always)
  static func sum(count: Int, operation: String = #function, term: (_ index: Int) -> WideVector) -> Double {
    sums(over: [0..<count], operation: operation, term: term)[0]
  }

  /// The same sum over each of some ranges.
  @inline(__always)
  static func sums(
    over parts: [Range<Int>], operation: String = #function, term: (_ index: Int) -> WideVector
  ) -> [Double] {
    let pieces = PartPieces(parts, length: pieceLength)
    let count = parts.reduce(0) { $0 + $1.count }
    return Profile.span(Profile.name(of: operation), .arrays(1, of: count)) {
      let sums = Parallel.map(pieces.all.count) { sum(pieces.all[$0], term) }
      return pieces.ofParts.map { sums[$0].reduce(0, +) }
    }
  }

  @inline(__always)
  private static func sum(_ piece: Range<Int>, _ term: (Int) -> WideVector) -> Double {
    var total = 0.0
    for start in stride(from: piece.lowerBound, to: piece.upperBound, by: blockLength) {
      total += Double(blockSum(start..<min(start + blockLength, piece.upperBound), term))
    }
    return total
  }

  @inline(__always)
  private static func blockSum(_ range: Range<Int>, _ term: (Int) -> WideVector) -> Float {
    var sum = WideVector()
    var index = range.lowerBound
    while index + WideVector.scalarCount <= range.upperBound {
      sum += term(index)
      index += WideVector.scalarCount
    }
    if index < range.upperBound {
      let last = term(index)
      for lane in 0..<range.upperBound - index { sum[lane] += last[lane] }
    }
    return sum.sum()
  }
}

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
    let length = NormalizationKernel.stride(channels)
    let sums = Storage.zeros(count: pieces.all.count * length)
    Parallel.forEachPiece(pieces.all.count) { piece in
      let target = sums.base + piece * length
      for row in pieces.all[piece] {
        // Past the last channel a vector holds the next row; what is summed of it is not looked at.
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          target.store(target.vector(c) + x.base.vector(row * channels + c), c)
        }
      }
    }
    for c in 0..<channels {
      let total = SumTree.sum(0..<parts.count) { part in
        Float(pieces.ofParts[part].reduce(0.0) { $0 + Double(sums.base[$1 * length + c]) })
      } adding: {
        $0 += $1
      }
      sum.base[c] = (accumulate ? sum.base[c] : 0) + total
    }
  }
}
