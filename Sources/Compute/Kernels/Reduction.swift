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
    Profile.span(Profile.name(ofFile: file), .arrays(1, of: count)) { total(count, term) }
  }

  @inline(__always)
  private static func total(_ count: Int, _ term: (Int) -> WideVector) -> Double {
    let pieces = (count + pieceLength - 1) / pieceLength
    return [Double](unsafeUninitializedCapacity: pieces) { parts, initialized in
      initialized = pieces
      guard let part = parts.baseAddress else { return }
      Parallel.forEachRange(of: count, length: pieceLength) { range in
        var total = 0.0
        for start in stride(from: range.lowerBound, to: range.upperBound, by: blockLength) {
          total += Double(blockSum(start..<min(start + blockLength, range.upperBound), term))
        }
        part[range.lowerBound / pieceLength] = total
      }
    }.reduce(0, +)
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
