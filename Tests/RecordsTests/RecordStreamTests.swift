import Foundation
import OrderedCollections
import Testing

@testable import Records

@Suite struct RecordStreamTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func recordsComeBack() throws {
    var batch = try sampleBatch(7)
    batch.classes = ["a", "böse \"klasse\"\n", "𝄞"]
    let back = try scratch.batches(scratch.stream([batch]))
    #expect(back == [batch])
    #expect(back[0].classes == batch.classes)
  }

  @Test func framesDoNotDependOnIncomingBatches() throws {
    let batch = try sampleBatch(5000, side: 32)
    let whole = try scratch.stream([batch])
    let counts = try scratch.batches(whole).map(\.count)
    let capacity = (4 << 20) / (3072 + 16)
    #expect(counts == [capacity, capacity, capacity, 5000 - 3 * capacity])
    var pieces: [ImageBatch] = []
    var next = 0
    while next < 5000 {
      let end = min(5000, next + 1 + next * 7 % 900)
      pieces.append(batch.records(next..<end))
      next = end
    }
    #expect(try scratch.stream(pieces) == whole)
  }

  @Test func modelsComeBack() throws {
    let model = try ModelDocument(
      arch: "dvae", config: ["width": 64, "rate": 1.5, "stem": "7", "tags": [true, .null]],
      history: [HistoryEntry(command: "dvae-fit --kld 1", version: "1.0")],
      tensors: [
        "a.weight": Column([1, 2, -3.5, .pi], shape: [2, 2] as [Int]), "b": Column([7] as [Float], shape: []),
      ])
    let bytes = try scratch.written { output in
      try model.write(to: output)
      try output.commit()
    }
    #expect(try ModelDocument.read(scratch.input(bytes)) == model)
  }

  @Test func trainersReadSpools() throws {
    let batches = try [sampleBatch(30, seed: 3), sampleBatch(20, seed: 4)]
    let spool = try Spool(RecordReader([scratch.input(scratch.stream(batches))]))
    #expect(spool.count == 50 && spool.imageShape == [3, 4, 4] && spool.imageType == .u8)
    let images = batches.flatMap { $0.image?.bytes ?? [] }
    #expect(spool.images([49, 0]) == Array(images[49 * 48..<50 * 48]) + Array(images[..<48]))
    #expect(spool.labels == batches.flatMap { $0.labels ?? [] })
  }
}
