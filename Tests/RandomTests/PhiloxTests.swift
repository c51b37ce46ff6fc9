import Random
import Testing

@Suite struct PhiloxTests {
  /// Counter, key and the block they give: the known answers that come with Random123.
  private static let known: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
    ([0, 0, 0, 0], [0, 0], [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    (
      SIMD4(repeating: .max), SIMD2(repeating: .max), [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
    ),
    (
      [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0],
      [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
    ),
  ]

  @Test func givesTheKnownAnswers() {
    for (counter, key, block) in Self.known { #expect(Philox.block(counter: counter, key: key) == block) }
  }

  /// The last of these counters wraps around between its blocks.
  @Test(arguments: [0, 5, 0x1234_5678, 0xFFFF_FFFC] as [UInt32])
  func sixteenBlocksAreSixteenTimesOne(_ first: UInt32) {
    var counter: SIMD4<UInt32> = [first, 7, 0x8765_4321, 0xFFFF_FFFF]
    let key: SIMD2<UInt32> = [0xDEAD_BEEF, 3]
    let words = Philox.sixteenBlocks(counter: counter, key: key)
    for lane in 0..<16 {
      let block: SIMD4<UInt32> = [words.0[lane], words.1[lane], words.2[lane], words.3[lane]]
      #expect(block == Philox.block(counter: counter, key: key))
      counter.x &+= 1
    }
  }

  @Test func keysDifferByPurposeAndSeed() {
    var keys = Set<SIMD2<UInt32>>()
    for seed in 0..<100 as Range<UInt64> {
      for purpose in ["", "a", "b", "ab", "weights", "weightt", "latent"] {
        keys.insert(Philox.key(seed: seed, purpose: purpose))
      }
    }
    #expect(keys.count == 700)
  }
}
