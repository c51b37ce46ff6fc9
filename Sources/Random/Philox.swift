/// Philox 4×32 with ten rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
package enum Philox {
  // Worked out where they are used: the compiler must see that the upper halves of the multipliers are zero, or it
  // multiplies 64 by 64 bits.
  @inline(__always)
  static var multiplier: (x: UInt64, y: UInt64) { (0xD251_1F53, 0xCD9E_8D57) }
  @inline(__always)
  static var weyl: (x: UInt32, y: UInt32) { (0x9E37_79B9, 0xBB67_AE85) }

  /// Four random words of one counter.
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let p0 = multiplier.x * UInt64(c.x)
      let p1 = multiplier.y * UInt64(c.z)
      c = [
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c.y ^ k.x, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c.w ^ k.y, UInt32(truncatingIfNeeded: p0),
      ]
      k = [k.x &+ weyl.x, k.y &+ weyl.y]
    }
    return c
  }

  /// The key of a seed and a purpose: the name's FNV-1a hash, mixed with the seed by SplitMix64's finaliser.
  package static func key(seed: UInt64, purpose: String) -> SIMD2<UInt32> {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var mixed = seed &+ hash &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return [UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32)]
  }

  /// The first counter of a stream: the number of the block, the low 32 bits of the step, and the record.
  package static func counter(record: Int, step: Int) -> SIMD4<UInt32> {
    let index = UInt64(bitPattern: Int64(record))
    return [
      0, UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
    ]
  }
}
