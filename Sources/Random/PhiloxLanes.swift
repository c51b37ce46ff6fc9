extension Philox {
  private typealias Words = SIMD8<UInt64>
  /// The four words of eight counters; the upper halves of the lanes hold rubbish between the rounds.
  private typealias Counters = (x: Words, y: Words, z: Words, w: Words)

  /// Sixteen consecutive blocks at once: word w of block `counter.x + lane` is `words.w[lane]`.
  ///
  /// Blocks of even and of odd number go their ways apart, in lanes of 64 bits, so that a product of two words needs no
  /// rearranging, and meet again as the lower and upper halves of the lanes.
  package static func sixteenBlocks(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
    let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    var even: Counters = (
      unsafeBitCast(lanes &+ counter.x, to: Words.self), Words(repeating: UInt64(counter.y)),
      Words(repeating: UInt64(counter.z)), Words(repeating: UInt64(counter.w))
    )
    var odd = even
    odd.x = upperHalves(even.x)
    var (first, second) = (key.x, key.y)
    for _ in 0..<10 {
      let keys = (Words(repeating: UInt64(first)), Words(repeating: UInt64(second)))
      round(&even, keys)
      round(&odd, keys)
      first &+= weyl.x
      second &+= weyl.y
    }
    return (join(even.x, odd.x), join(even.y, odd.y), join(even.z, odd.z), join(even.w, odd.w))
  }

  @inline(__always)
  private static func round(_ counters: inout Counters, _ keys: (Words, Words)) {
    let p0 = Words(repeating: multiplier.x) &* lowerHalves(counters.x)
    let p1 = Words(repeating: multiplier.y) &* lowerHalves(counters.z)
    counters = (upperHalves(p1) ^ counters.y ^ keys.0, p1, upperHalves(p0) ^ counters.w ^ keys.1, p0)
  }

  @inline(__always)
  private static func lowerHalves(_ words: Words) -> Words { words & Words(repeating: 0xFFFF_FFFF) }

  @inline(__always)
  private static func upperHalves(_ words: Words) -> Words { words &>> Words(repeating: 32) }

  @inline(__always)
  private static func join(_ even: Words, _ odd: Words) -> SIMD16<UInt32> {
    unsafeBitCast(lowerHalves(even) | odd &<< Words(repeating: 32), to: SIMD16<UInt32>.self)
  }
}
