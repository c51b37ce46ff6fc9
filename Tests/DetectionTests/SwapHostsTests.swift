import Records
import Testing

@testable import Detection

@Suite struct SwapHostsTests {
  /// Records of one pixel, which tells the record's number.
  private static func batch(_ labels: [Int], from first: Int = 0, side: Int = 1) throws -> ImageBatch {
    try ImageBatch(columns: [
      "image": Column(
        labels.indices.flatMap { [UInt8](repeating: UInt8(first + $0), count: side * side) },
        shape: [labels.count, 1, side, side]),
      "label": Column(labels, shape: [labels.count]), "id": Column(Array(labels.indices), shape: [labels.count]),
    ])
  }

  private static func bare(_ hosts: SwapHosts) throws -> BareHosts {
    try BareHosts(hosts, without: .gray) { batch in
      (batch.labels ?? []).map { RecordScore(logOdds: 0, prediction: $0 + 10, isPredicted: false) }
    }
  }

  @Test func everyClassHasHosts() throws {
    var hosts = SwapHosts(classes: 4)
    #expect(hosts.add(try Self.batch([Int](repeating: 0, count: 50)), labels: [Int](repeating: 0, count: 50)))
    #expect(hosts.add(try Self.batch([1, 3, 1], from: 50), labels: [1, 3, 1]))
    #expect(hosts.classes.map(\.count) == [32, 2, 0, 1] && hosts.count == 35)
    #expect(hosts.classes[0][0].columns.keys.sorted() == ["image", "label"])
    // A picture of another size has no place among them.
    #expect(!hosts.add(try Self.batch([1], side: 2), labels: [1]))
    let bare = try Self.bare(hosts)
    #expect(bare.predictions == [Int](repeating: 10, count: 32) + [11, 11, 13])
  }

  /// Which host a record gets follows from its place in the stream, however that is cut into batches.
  @Test func hostsAreOfOtherClassesAndTakeTurns() throws {
    var hosts = SwapHosts(classes: 3)
    let labels = (0..<9).map { $0 % 3 }
    #expect(hosts.add(try Self.batch(labels), labels: labels))
    let bare = try Self.bare(hosts)
    let whole = bare.chosen(for: labels, startingAt: 0)
    for (label, host) in zip(labels, whole) { #expect(try #require(host) / 3 != label) }
    #expect(Set(whole.compactMap { $0 }).count > 5)
    let parts = [0..<4, 4..<9].flatMap { bare.chosen(for: Array(labels[$0]), startingAt: $0.lowerBound) }
    #expect(parts == whole)
    #expect(bare.chosen(for: labels, startingAt: 0, round: 1) != whole)
  }

  @Test func oneClassAloneHasNoHostForItself() throws {
    var hosts = SwapHosts(classes: 2)
    #expect(hosts.add(try Self.batch([1, 1]), labels: [1, 1]))
    let bare = try Self.bare(hosts)
    let batch = try Self.batch([1, 1])
    let chosen = bare.chosen(for: [1, 1], startingAt: 0)
    #expect(chosen == [nil, nil])
    #expect(bare.hybrids(batch, withoutDetail: [0, 0], on: chosen) == [0, 1])
  }
}
