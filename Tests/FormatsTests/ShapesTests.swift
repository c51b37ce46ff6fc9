import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct ShapesTests {
  private func shapes(
    _ count: Int, seed: UInt64 = 1, _ selection: Selection = Selection()
  ) throws -> Decoded {
    try Decoded { try DataSet.shapes(count: count, seed: seed, selection: selection) }
  }

  /// FNV-1a, 64 bits.
  private func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  @Test func bytesNeverChange() throws {
    let first = try shapes(20)
    #expect(first.labels == [6, 2, 3, 7, 8, 4, 5, 9, 1, 0, 9, 0, 3, 1, 5, 6, 4, 2, 8, 7])
    #expect(hash(first.images) == 4_671_264_196_760_370_845)
  }

  @Test func everyTenRecordsHoldEachClassOnce() throws {
    let decoded = try shapes(100)
    #expect(decoded.shape == [3, 32, 32] && decoded.type == .u8)
    #expect(decoded.classes?.count == 10)
    for start in stride(from: 0, to: 100, by: 10) {
      #expect(decoded.labels[start..<start + 10].sorted() == Array(0..<10))
    }
    #expect(decoded.labels[..<10] != decoded.labels[10..<20])
  }

  @Test func aRecordDependsOnSeedAndPositionOnly() throws {
    let all = try shapes(3000)
    #expect(try withThreads(3) { try shapes(3000) }.images == all.images)
    #expect(try shapes(7).images == Array(all.images[..<(7 * 3072)]))
    let late = try shapes(3000, Selection(offset: 2995, limit: 3))
    #expect(late.ids == [2995, 2996, 2997])
    #expect(late.images == Array(all.images[(2995 * 3072)..<(2998 * 3072)]))
    #expect(try shapes(7, seed: 2).images != Array(all.images[..<(7 * 3072)]))
  }

  @Test func classesAreChosenByName() throws {
    let decoded = try shapes(50, Selection(classes: ["star", "disc"]))
    #expect(decoded.count == 10)
    #expect(decoded.classes == ["star", "disc"])
    let all = try shapes(50)
    #expect(zip(decoded.ids, decoded.labels).allSatisfy { all.labels[$0] == ($1 == 0 ? 5 : 0) })
  }

  @Test func noneIsAnEmptyBatch() throws {
    let decoded = try shapes(0)
    #expect(decoded.count == 0 && decoded.shape == [3, 32, 32])
  }
}
