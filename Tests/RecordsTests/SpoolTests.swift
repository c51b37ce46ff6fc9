import SystemPackage
import TestSupport
import Testing

@testable import Records

@Suite struct SpoolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func spool(_ batches: [ImageBatch], _ columns: [String] = ["image", "label", "id"]) throws -> Spool {
    try Spool(RecordReader([folder.opened(folder.framed(batches))]), columns: columns)
  }

  private func floats(_ values: [Float]) throws -> ImageBatch {
    try ImageBatch(columns: ["image": Column(values, shape: [values.count / 2, 1, 1, 2])])
  }

  @Test func trainersReadAnyRecord() throws {
    let batches = try [sampleBatch(30, seed: 3), sampleBatch(0), sampleBatch(20, seed: 4)]
    let spool = try spool(batches)
    let images = batches.flatMap { $0.image?.bytes ?? [] }
    #expect(spool.count == 50 && spool.imageShape == [3, 4, 4] && spool.imageType == .u8)
    let last = Array(images[49 * 48..<50 * 48])
    #expect(spool.images([49, 0, 49]) == last + images[..<48] + last)
    #expect(spool.images([]) == [])
    #expect(spool.labels == batches.flatMap { $0.labels ?? [] } && spool.ids == batches.flatMap { $0.ids ?? [] })
    #expect(spool.classes == nil && spool.history == [])
  }

  @Test func floatsStayFloats() throws {
    let spool = try spool([floats([0, 0.25, 1, 0.5])], ["image"])
    #expect(spool.imageType == .f32 && spool.count == 2)
    #expect(spool.images([1]) == Column([1, 0.5] as [Float], shape: [2]).bytes)
  }

  @Test func recordsWithoutIdsAreCounted() throws {
    var batch = try sampleBatch(3)
    batch.remove("id")
    #expect(try spool([batch, batch]).ids == [0, 1, 2, 3, 4, 5])
  }

  @Test func missingColumnsAreNamed() throws {
    var batch = try sampleBatch(2)
    batch.remove("label")
    #expect(dataFailure { _ = try spool([batch]) }.contains(#"frame 1 (byte 0): expected the column "label""#))
    #expect(try spool([batch], ["image"]).labels == [])
    batch = try sampleBatch(2)
    batch.remove("image")
    #expect(dataFailure { _ = try spool([batch], []) }.contains(#"expected the column "image""#))
    #expect(dataFailure { _ = try spool([sampleBatch(2)], ["poisoned"]) }.contains(#"the column "poisoned""#))
  }

  @Test func picturesOfAnotherShapeAreRefused() {
    let message = dataFailure { _ = try spool([sampleBatch(2), sampleBatch(1, side: 5)]) }
    #expect(
      message.contains("frame 2 (byte ") && message.contains("[3, 5, 5], those before are [3, 4, 4]"), "\(message)")
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, -0.001, 1.001])
  func numbersOutsideTheirRangeAreRefused(value: Float) {
    let message = dataFailure { _ = try spool([floats([0, 1]), floats([0, 1, 1, 0, 0, value])], ["image"]) }
    #expect(
      message.contains("frame 2 (byte ") && message.contains("record 2 of it: element 1 of the picture is \(value)"))
  }

  @Test func labelsOutOfRangeAreRefused() throws {
    var batch = try sampleBatch(3)
    batch.set("label", Column([0, 1, -1] as [Int], shape: [3]))
    #expect(dataFailure { _ = try spool([batch]) }.contains("record 2 of it: the label is -1, where 0 or more"))
    batch.set("label", Column([0, 3, 1] as [Int], shape: [3]))
    batch.classes = ["a", "b", "c"]
    #expect(
      dataFailure { _ = try spool([batch]) }.contains("record 1 of it: the label is 3, where 0 or more and below 3"))
    batch.classes = ["a", "b", "c", "d"]
    #expect(try spool([batch]).classes == ["a", "b", "c", "d"])
  }

  @Test func namesOfClassesDoNotChange() throws {
    var named = try sampleBatch(1)
    named.classes = (0..<10).map { "class \($0)" }
    let message = dataFailure { _ = try spool([sampleBatch(1), named]) }
    #expect(message.contains("frame 2") && message.contains("names of the classes differ"), "\(message)")
  }

  @Test func historiesAreGathered() throws {
    var one = try sampleBatch(1)
    var two = one
    let entries = ["a", "b", "c"].map { HistoryEntry(command: $0, version: "1") }
    one.history = [entries[0], entries[1]]
    two.history = [entries[0], entries[2]]
    #expect(try spool([one, two]).history == entries)
  }

  @Test func anEmptySetHasAShape() throws {
    let spool = try spool([sampleBatch(0)])
    #expect(spool.count == 0 && spool.imageShape == [3, 4, 4] && spool.images([]) == [])
  }

  @Test func picturesOfNoRecordsMayHaveAnyShape() throws {
    let unknown = try ImageBatch(columns: [
      "image": Column([] as [UInt8], shape: [0, 3, 0, 0]), "label": Column([] as [Int], shape: [0]),
      "id": Column([] as [Int], shape: [0]),
    ])
    let spool = try spool([unknown, sampleBatch(2), unknown, sampleBatch(1)])
    #expect(spool.count == 3 && spool.imageShape == [3, 4, 4])
  }

  @Test func afullDiskNamesTheFolderAndTheWayOut() throws {
    let full = try FileDescriptor.open("/dev/full", .readWrite)
    let reader = RecordReader([try folder.opened(folder.stream([sampleBatch(1)]))])
    let failure = #expect(throws: Failure.self) {
      _ = try Spool(reader, columns: ["image"], file: SpoolFile(folder: "/some/where", descriptor: full))
    }
    #expect(failure?.kind == .cannotWrite)
    #expect(failure?.message.contains("/some/where") == true && failure?.message.contains("TMPDIR") == true)
    #expect(failure?.message.contains("No space left on device") == true)
  }

  @Test func aMissingFolderIsNamed() throws {
    let failure = #expect(throws: Failure.self) { _ = try SpoolFile(folder: folder.file("missing")) }
    #expect(failure?.kind == .cannotCreate)
    #expect(failure?.message.contains(folder.file("missing")) == true && failure?.message.contains("TMPDIR") == true)
  }

  @Test func theFileHasNoName() throws {
    let file = try SpoolFile(folder: folder.path)
    try file.append([1, 2, 3])
    #expect(try folder.names() == [])
    try file.map()
    #expect(file.pieces([2, 0], width: 1) == [3, 1])
  }
}
