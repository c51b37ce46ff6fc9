import Random

/// Numbers from N(0, 1) by the method of Box and Muller, sixteen pairs at a time.
///
/// A stream is a function of its coordinates alone. Sixteen Philox blocks give sixty-four numbers: number 16·k + i of
/// them comes from block i, so the order is the same on processors with vectors of any length.
enum NormalKernel {
  /// Numbers from one call of `sixtyFour`.
  static let groupLength = 4 * WideVector.scalarCount

  /// Fills `target` with the first `count` numbers of a stream.
  static func fill(
    _ target: UnsafeMutablePointer<Float>, count: Int, counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) {
    var counter = counter
    for start in stride(from: 0, to: count, by: groupLength) {
      let low = Philox.eightBlocks(counter: counter, key: key)
      counter.x &+= 8
      let high = Philox.eightBlocks(counter: counter, key: key)
      counter.x &+= 8
      let first = pair(SIMD16(lowHalf: low.0, highHalf: high.0), SIMD16(lowHalf: low.1, highHalf: high.1))
      let second = pair(SIMD16(lowHalf: low.2, highHalf: high.2), SIMD16(lowHalf: low.3, highHalf: high.3))
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
