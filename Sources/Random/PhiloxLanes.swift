extension Philox {
  /// Eight consecutive blocks at once: word w of block `counter.x + lane` is `words.w[lane]`.
  ///
  /// A lane is 64 bits wide throughout, so that a product of two words needs no rearranging; the upper halves hold
  /// rubbish between the rounds.
  package static func eightBlocks(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> (SIMD8<UInt32>, SIMD8<UInt32>, SIMD8<UInt32>, SIMD8<UInt32>) {
    typealias Words = SIMD8<UInt64>
    let low = Words(repeating: 0xFFFF_FFFF)
    let (m0, m1) = (Words(repeating: UInt64(multiplier.x)), Words(repeating: UInt64(multiplier.y)))
    var x = Words(truncatingIfNeeded: SIMD8<UInt32>(repeating: counter.x) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7))
    var y = Words(repeating: UInt64(counter.y))
    var z = Words(repeating: UInt64(counter.z))
    var w = Words(repeating: UInt64(counter.w))
    var k = key
    for _ in 0..<10 {
      let p0 = m0 &* (x & low)
      let p1 = m1 &* (z & low)
      x = (p1 &>> 32) ^ y ^ Words(repeating: UInt64(k.x))
      y = p1
      z = (p0 &>> 32) ^ w ^ Words(repeating: UInt64(k.y))
      w = p0
      k = k &+ weyl
    }
    return (
      SIMD8(truncatingIfNeeded: x), SIMD8(truncatingIfNeeded: y), SIMD8(truncatingIfNeeded: z),
      SIMD8(truncatingIfNeeded: w)
    )
  }
}
