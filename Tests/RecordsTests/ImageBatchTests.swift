import OrderedCollections
import TestSupport
import Testing

@testable import Records

@Suite struct ImageBatchTests {
  private let kind = ["ue.kind": "images", "ue.version": "1"]

  private func image(_ count: Int, channels: Int = 3) -> Column {
    Column([UInt8](repeating: 0, count: count * channels * 4), shape: [count, channels, 2, 2])
  }

  @Test func columnsWithAnotherTypeOrShapeAreRefused() {
    let bytes = Column([0, 0] as [UInt8], shape: [2])
    let integers = Column([0, 0] as [Int], shape: [2])
    let floats = Column([0, 0] as [Float], shape: [2])
    let cases: [(String, Column, String)] = [
      ("label", bytes, "U8 [2], where I64 [N]"), ("label", Column([0, 0] as [Int], shape: [2, 1]), "I64 [2, 1]"),
      ("id", floats, "I64 [N]"), ("poisoned", integers, "U8 [N]"), ("flag", floats, "U8 [N]"),
      ("score", integers, "F32 [N]"), ("image", bytes, "[N, 3 or 1, H, W]"),
      ("image", Column(type: .f16, shape: [2, 3, 1, 1], bytes: .init(repeating: 0, count: 12)), "F16"),
      ("image", image(2, channels: 4), "[2, 4, 2, 2]"),
      ("image", Column([] as [UInt8], shape: [2, 3, 0, 2]), "[2, 3, 0, 2]"),
      ("perturbation", image(2), "where F32"),
    ]
    for (name, column, words) in cases {
      let message = dataFailure { _ = try ImageBatch(columns: [name: column]) }
      #expect(message.contains("\"\(name)\"") && message.contains(words), "\(message)")
    }
  }

  @Test func picturesOfNoRecordsMayHaveNoSize() throws {
    for shape in [[0, 3, 0, 0], [0, 1, 0, 5]] {
      let batch = try ImageBatch(columns: [
        "image": Column([] as [UInt8], shape: shape), "perturbation": Column([] as [Float], shape: shape),
      ])
      #expect(batch.count == 0)
    }
    #expect(throws: Failure.self) { try ImageBatch(columns: ["image": Column([] as [UInt8], shape: [0, 2, 0, 0])]) }
  }

  @Test func perturbationsFitTheirPictures() throws {
    let perturbation = Column([Float](repeating: 0, count: 12), shape: [1, 3, 2, 2])
    _ = try ImageBatch(columns: ["image": image(1), "perturbation": perturbation])
    let message = dataFailure {
      _ = try ImageBatch(columns: ["image": image(1, channels: 1), "perturbation": perturbation])
    }
    #expect(message.contains("[1, 3, 2, 2], its pictures are [1, 1, 2, 2]"), "\(message)")
  }

  @Test func columnsOfAnotherLengthAreRefused() {
    let other = Column([0] as [UInt8], shape: [1])
    let message = dataFailure { _ = try ImageBatch(columns: ["image": image(2), "note": other]) }
    #expect(message.contains(#""note" has 1 records where "image" has 2"#), "\(message)")
    let scalar = Column([0] as [UInt8], shape: [])
    #expect(dataFailure { _ = try ImageBatch(columns: ["note": scalar]) }.contains("is a scalar"))
    #expect(dataFailure { _ = try ImageBatch(columns: [:]) }.contains("without tensors"))
  }

  @Test func recordsOfNothingAreRefused() throws {
    let nothing = Column([] as [UInt8], shape: [1 << 62, 0])
    #expect(dataFailure { _ = try ImageBatch(columns: ["note": nothing]) }.contains("\(1 << 62) records of no bytes"))
    let empty = Column([] as [UInt8], shape: [1, 0])
    #expect(try ImageBatch(columns: ["image": image(1), "note": empty]).count == 1)
    #expect(try ImageBatch(columns: ["note": Column([] as [UInt8], shape: [0, 7])]).count == 0)
  }

  @Test func documentsOfAnotherKindAreRefused() {
    let cases: [([String: String], String)] = [
      ([:], "without \"ue.kind\""), (["ue.kind": "images"], "found no version"),
      (["ue.kind": "images", "ue.version": "2"], "found version \"2\""),
      (["ue.kind": "model", "ue.version": "1"], "expected records of images, found a model"),
      (["ue.kind": "sound", "ue.version": "1"], "kind \"sound\""),
      (kind.merging(["ue.history": "{}"]) { $1 }, "\"ue.history\" is not a JSON array"),
      (kind.merging(["ue.history": "["]) { $1 }, "\"ue.history\" is damaged"),
      (kind.merging(["ue.classes": "[1]"]) { $1 }, "no name"),
      (kind.merging(["ue.classes": "3"]) { $1 }, "not a JSON array"),
    ]
    for (metadata, words) in cases {
      let message = dataFailure {
        _ = try ImageBatch(document: Document(metadata: metadata, tensors: ["image": image(1)]))
      }
      #expect(message.contains(words), "\(message)")
    }
  }

  @Test func historiesKeepForeignEntries() throws {
    let foreign = #"["step",{"command":"x","when":1.5,"by":{"a":[null]}},7]"#
    var batch = try ImageBatch(
      document: Document(metadata: kind.merging(["ue.history": foreign]) { $1 }, tensors: ["image": image(1)]))
    #expect(batch.history.map(\.command) == [#""step""#, "x", "7"])
    batch.history.append(HistoryEntry(command: "ue-craft lsp", version: "1.0", models: ["sha256:00"]))
    let written = try #require(batch.metadata["ue.history"])
    #expect(
      written == foreign.dropLast() + #",{"command":"ue-craft lsp","version":"1.0","models":["sha256:00"]}]"#)
    #expect(batch.history.last?.version == "1.0" && batch.history.last?.models == ["sha256:00"])
  }

  @Test func columnsAreReachedByName() throws {
    var batch = try sampleBatch(3)
    #expect(batch.ids == [0, 1, 2] && batch.labels?.count == 3 && batch.image?.shape == [3, 3, 4, 4])
    #expect(batch.poisoned == nil && batch.perturbation == nil && batch.scores == nil && batch.flags == nil)
    batch.set("poisoned", Column([1, 0, 1] as [UInt8], shape: [3]))
    batch.set("score", Column([0.5, 1, 2] as [Float], shape: [3]))
    #expect(batch.poisoned == [1, 0, 1] && batch.scores == [0.5, 1, 2])
    #expect(batch.records([2, 2, 0]).ids == [2, 2, 0] && batch.records(1..<2).scores == [1])
    batch.remove("score")
    #expect(batch.scores == nil && batch.records(0..<0).count == 0)
  }
}
