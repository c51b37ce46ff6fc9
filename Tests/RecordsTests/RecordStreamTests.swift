import OrderedCollections
import TestSupport
import Testing

@testable import Records

@Suite struct RecordStreamTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A batch with random columns of any type and shape beside the usual ones.
  private func randomBatch(_ count: Int, _ random: inout TestRandom) throws -> ImageBatch {
    var batch = try sampleBatch(
      count, side: Int.random(in: 1...5, using: &random), seed: Int.random(in: 0...99, using: &random))
    for index in 0..<Int.random(in: 0...4, using: &random) {
      let type = ElementType.allCases.randomElement(using: &random) ?? .u8
      let shape = (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0...3, using: &random) }
      let bytes = random.bytes(count * shape.reduce(type.byteCount, *))
      batch.set("foreign \(index)", Column(type: type, shape: [count] + shape, bytes: bytes))
    }
    if Bool.random(using: &random) { batch.classes = ["a", "böse \"klasse\"\n", "𝄞"] }
    if Bool.random(using: &random) { batch.metadata["another program's"] = "words \u{1} é" }
    return batch
  }

  @Test func anyRecordsComeBack() throws {
    var random = TestRandom(6)
    for _ in 0..<60 {
      let batch = try randomBatch(Int.random(in: 0...20, using: &random), &random)
      #expect(try folder.batches(folder.stream([batch])) == [batch])
    }
  }

  @Test func framesDoNotDependOnIncomingBatches() throws {
    let batch = try sampleBatch(5000, side: 32)
    let whole = try folder.stream([batch])
    let capacity = (4 << 20) / (3072 + 16)
    #expect(try folder.batches(whole).map(\.count) == [capacity, capacity, capacity, 5000 - 3 * capacity])
    var random = TestRandom(7)
    for largest in [3, 700, 3000] {
      var pieces: [ImageBatch] = []
      var next = 0
      while next < batch.count {
        let end = min(batch.count, next + Int.random(in: 0...largest, using: &random))
        pieces.append(batch.records(next..<end))
        next = end
      }
      #expect(try folder.stream(pieces) == whole)
    }
  }

  @Test func recordsLargerThanAFrameStandAlone() throws {
    let batch = try sampleBatch(3, side: 1300)
    let back = try folder.batches(folder.stream([batch]))
    #expect(back.map(\.count) == [1, 1, 1])
    #expect(back.flatMap { $0.ids ?? [] } == [0, 1, 2])
  }

  @Test func changesOfMetadataShapeAndColumnsEndAFrame() throws {
    let plain = try sampleBatch(2)
    var noted = plain
    noted.metadata["note"] = "x"
    let larger = try sampleBatch(2, side: 5)
    let back = try folder.batches(folder.stream([plain, plain, noted, larger, plain.records(0..<0), larger]))
    #expect(back.map(\.count) == [4, 2, 4])
    #expect(back.map { $0.image?.recordShape } == [[3, 4, 4], [3, 4, 4], [3, 5, 5]])
    #expect(back.map { $0.metadata["note"] } == [nil, "x", nil])
  }

  @Test func theEntryIsAppendedOnceToEachHistory() throws {
    let first = HistoryEntry(command: "ue-decode", version: "1")
    let entry = HistoryEntry(command: "ue-craft lsp", version: "2")
    var batch = try sampleBatch(1)
    let fresh = batch
    batch.history = [first]
    let back = try folder.batches(folder.stream([batch, batch, fresh], entry: entry))
    #expect(back.map(\.history) == [[first, entry], [entry]])
  }

  @Test func nothingKeptIsADocumentWithoutRecords() throws {
    let batch = try sampleBatch(3).records(0..<0)
    let back = try folder.batches(folder.stream([sampleBatch(1).records([]), batch]))
    #expect(back == [batch] && back[0].image?.shape == [0, 3, 4, 4])
    let failure = #expect(throws: Failure.self) { _ = try folder.stream([]) }
    #expect(failure?.kind == .software)
  }

  @Test func emptyBatchesLeaveNoTraceBetweenOthers() throws {
    let batch = try sampleBatch(3)
    var empty = batch.records(0..<0)
    empty.classes = ["other"]
    #expect(try folder.stream([empty, batch, empty, batch]) == folder.stream([batch, batch]))
  }

  @Test func whatCameBeforeAFaultIsPassedOnWithoutAMark() throws {
    let bytes = try folder.written { output in
      let writer = RecordWriter(output)
      try writer.write(sampleBatch(3))
      try writer.flush()
      try writer.flush()
    }
    let reader = RecordReader([try folder.opened(bytes)])
    #expect(try reader.next()?.count == 3)
    #expect(dataFailure { _ = try reader.next() }.contains("without an end mark"))
  }

  @Test func filesAreReadOneAfterTheOther() throws {
    let one = try folder.stream([sampleBatch(2)])
    let two = try folder.stream([sampleBatch(3)])
    let expected = [2, 3]
    #expect(try folder.batches(one + two).map(\.count) == expected)
    let inputs = [try folder.opened(one, "one.rec"), try folder.opened(two, "two.rec")]
    let reader = RecordReader(inputs)
    #expect(try [reader.next()?.count, reader.next()?.count] == expected)
    #expect(reader.position == FramePosition(file: folder.file("two.rec"), frame: 1, offset: 0))
    #expect(try reader.next() == nil && reader.next() == nil)
    // Each file needs a mark of its own.
    let open = RecordReader([try folder.opened(Array(one.dropLast(24)), "one.rec"), try folder.opened(two, "two.rec")])
    _ = try open.next()
    #expect(dataFailure { _ = try open.next() }.contains("one.rec: ends at byte \(one.count - 24)"))
  }

  @Test func columnsStayTheSameInAStream() throws {
    let batch = try sampleBatch(1)
    var more = batch
    more.set("note", Column([1] as [UInt8], shape: [1]))
    var floats = batch
    floats.set("image", Column([Float](repeating: 0, count: 48), shape: [1, 3, 4, 4]))
    let cases: [([ImageBatch], String)] = [
      ([batch, more], #""note" is present here and missing"#), ([more, batch], #""note" is missing here and present"#),
      ([batch, floats], #""image" is F32 here and U8"#),
    ]
    for (batches, words) in cases {
      let message = dataFailure { _ = try folder.batches(folder.framed(batches)) }
      #expect(message.contains("in.rec: frame 2 (byte ") && message.contains(words), "\(message)")
    }
    #expect(try folder.batches(folder.framed([batch, sampleBatch(1, side: 9)])).count == 2)
  }

  @Test func namesOfClassesStayTheSameInAStream() throws {
    var cats = try sampleBatch(1)
    cats.classes = ["cat", "dog"]
    var dogs = cats
    dogs.classes = ["dog", "cat"]
    for (first, second) in [(cats, dogs), (cats, try sampleBatch(1)), (try sampleBatch(1), cats)] {
      let message = dataFailure { _ = try folder.batches(folder.framed([first, second])) }
      #expect(message.contains("in.rec: frame 2 (byte "))
      #expect(message.contains("names of the classes differ"))
      let files = try [first, second].enumerated().map { try folder.opened(folder.stream([$1]), "\($0).rec") }
      let reader = RecordReader(files)
      _ = try reader.next()
      #expect(dataFailure { _ = try reader.next() }.contains("1.rec: frame 1"))
    }
    dogs.metadata["ue.classes"] = #"[ "cat", "\u0064og" ]"#
    #expect(try folder.batches(folder.framed([cats, dogs])).count == 2)
  }

  @Test func failuresNameThePlace() throws {
    let bytes = try folder.framed([sampleBatch(1), sampleBatch(2)])
    let reader = RecordReader([try folder.opened(bytes)])
    #expect(reader.failure("words") == Failure(.data, "words"))
    _ = try reader.next()
    _ = try reader.next()
    let place = try #require(reader.position)
    #expect(place.frame == 2 && place.offset > 0)
    #expect(reader.failure("words") == Failure(.data, "\(place): words"))
    #expect(
      reader.failure(record: 1, "words")
        == Failure(.data, "\(folder.file("in.rec")): frame 2 (byte \(place.offset)), record 1 of it: words"))
  }
}
