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

  /// Of a one-pixel shortcut the whole pixel moves, in every channel, and nothing else.
  @Test func thePixelThatStandsOutMoves() throws {
    func picture(_ level: UInt8, _ pixels: [Int: [UInt8]]) -> [UInt8] {
      (0..<3).flatMap { channel in (0..<36).map { pixels[$0]?[channel] ?? level } }
    }
    // In one channel the pixel 20 differs more, over both the pixel 7 does.
    let donor = picture(100, [7: [250, 10, 100], 20: [255, 100, 100]])
    let host = picture(60, [30: [0, 200, 60]])
    func batch(_ pixels: [UInt8], _ label: Int) throws -> ImageBatch {
      try ImageBatch(columns: [
        "image": Column(pixels, shape: [1, 3, 6, 6]), "label": Column([label], shape: [1]),
        "id": Column([label], shape: [1]),
      ])
    }
    let record = try batch(donor, 1)
    let taken = try Detail.pixel.taken(from: record) { Failure(.data, "\($0): \($1)") }
    #expect(taken == picture(100, [20: [255, 100, 100]]))
    var hosts = SwapHosts(classes: 2)
    #expect(hosts.add(try batch(host, 0), labels: [0]))
    let bare = try BareHosts(hosts, without: .pixel) {
      [RecordScore](repeating: .init(logOdds: 0, prediction: 0, isPredicted: true), count: $0.count)
    }
    #expect(bare.hybrids(record, withoutDetail: taken, on: [0]) == picture(60, [7: [210, 0, 60]]))
  }
}
