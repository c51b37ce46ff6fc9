import Threads

/// Sums of very many terms: floats within a block, doubles across blocks and pieces, always in the same order.
enum Reduction {
  /// Terms a thread takes at a time.
  private static let pieceLength = 1 << 15
  /// Terms summed in single precision: 64 to a lane.
  private static let blockLength = 1 << 10

  /// Σ term(i), i in 0..<count, where `term` gives the sixteen terms from i on; what it gives past the end is ignored.
  @inline(__always)
  static func sum(count: Int, file: String = #fileID, term: (_ index: Int) -> WideVector) -> Double {
    sums(over: [0..<count], file: file, term: term)[0]
  }

  /// The same sum over each of some ranges.
  @inline(__always)
  static func sums(
    over parts: [Range<Int>], file: String = #fileID, term: (_ index: Int) -> WideVector
  ) -> [Double] {
    let pieces = PartPieces(parts, length: pieceLength)
    let count = parts.reduce(0) { $0 + $1.count }
    return Profile.span(Profile.name(ofFile: file), .arrays(1, of: count)) {
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
