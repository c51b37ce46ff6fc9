import Random

/// Numbers from N(0, 1) by the method of Box and Muller, sixteen pairs at a time.
///
/// A stream is a function of its coordinates alone. Sixteen Philox blocks give sixty-four numbers: number 16·k + i of
/// them comes from block i, so the order is the same on processors with vectors of any length.
enum NormalKernel {
  /// Numbers from one call of `sixtyFour`.
  static let groupLength = 4 * WideVector.scalarCount

  /// Fills `target` with `count` numbers of a stream, from number `first` on, a multiple of `groupLength`.
  static func fill(
    _ target: UnsafeMutablePointer<Float>, count: Int, from first: Int = 0, counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) {
    precondition(first % groupLength == 0, "number \(first) begins no group")
    var counter = counter
    counter.x &+= UInt32(truncatingIfNeeded: first / groupLength * WideVector.scalarCount)
    for start in stride(from: 0, to: count, by: groupLength) {
      let words = Philox.sixteenBlocks(counter: counter, key: key)
      counter.x &+= UInt32(WideVector.scalarCount)
      let (first, second) = (pair(words.0, words.1), pair(words.2, words.3))
      let rest = count - start
      target.put(first.0, start, lanes: rest)
      target.put(first.1, start + 16, lanes: rest - 16)
      target.put(second.0, start + 32, lanes: rest - 32)
      target.put(second.1, start + 48, lanes: rest - 48)
    }
  }

  /// Two independent normal numbers a lane from two random words a lane.
  @inline(__always)
  static func pair(_ a: SIMD16<UInt32>, _ b: SIMD16<UInt32>) -> (WideVector, WideVector) {
    // Uniform in (0, 1): the middle of one of 2²³ steps, so the logarithm is finite. The words become the fractions of
    // numbers in [1, 2).
    let fraction = a &>> SIMD16(repeating: 9) | SIMD16(repeating: 0x3F80_0000)
    let uniform = unsafeBitCast(fraction, to: WideVector.self) - (1 - 0x1p-24)
    let radius = VectorMath.squareRoot(VectorMath.logarithm(uniform) * -2)
    let (sine, cosine) = VectorMath.sineAndCosine(ofTurns: b)
    return (radius * cosine, radius * sine)
  }
}
