import TestSupport
import Testing

@testable import Records

/// Streams and models with one fault each: nothing may crash, and nothing may pass as something else.
@Suite struct DamagedStreamTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sampleStream() throws -> [UInt8] {
    try folder.framed([sampleBatch(2, side: 2), sampleBatch(1, side: 2, seed: 2)])
      + folder.framed([sampleBatch(1, side: 2, seed: 3)])
  }

  private func sampleModel() throws -> [UInt8] {
    let model = try ModelDocument(
      arch: "vae", config: ["width": 4], tensors: ["w": Column([1, -2, 3] as [Float], shape: [3])])
    return try folder.written { try model.write(to: $0) }
  }

  private func readModel(_ bytes: [UInt8]) throws -> ModelDocument {
    try ModelDocument.read(folder.opened(bytes))
  }

  @Test func everyTruncationOfAStreamIsAFailure() throws {
    let bytes = try sampleStream()
    // After the first of the two streams the file is whole, as `cat` of one would leave it.
    let first = try folder.framed([sampleBatch(2, side: 2), sampleBatch(1, side: 2, seed: 2)]).count
    for count in 0..<bytes.count where count != first {
      let message = dataFailure { _ = try folder.batches(Array(bytes.prefix(count))) }
      #expect(message.contains("in.rec: "), "\(count): \(message)")
    }
  }

  @Test func everyTruncationOfAModelIsAFailure() throws {
    let bytes = try sampleModel()
    for count in 0..<bytes.count { _ = dataFailure { _ = try readModel(Array(bytes.prefix(count))) } }
  }

  @Test func noFlippedBitOfAStreamPassesAsOtherRecords() throws {
    let bytes = try sampleStream()
    let batches = try folder.batches(bytes)
    try flipping(bytes) { try folder.batches($0) == batches }
  }

  @Test func noFlippedBitOfAModelPassesAsAnother() throws {
    let bytes = try sampleModel()
    let model = try readModel(bytes)
    try flipping(bytes) { try readModel($0) == model }
  }

  private func sampleCheckpoint() throws -> [UInt8] {
    let checkpoint = CheckpointDocument(
      training: .init(tool: "dvae-fit", version: "1", arch: "vae", config: ["width": 4], data: ["records": 3]),
      position: .init(epoch: 2, step: 3, sums: ["loss": 0.1, "PSNR": .infinity]),
      tensors: ["model.w": Column([1, -2, 3] as [Float], shape: [3])])
    let bytes = try folder.written { try checkpoint.write(to: $0) }
    #expect(try readCheckpoint(bytes) == checkpoint)
    return bytes
  }

  private func readCheckpoint(_ bytes: [UInt8]) throws -> CheckpointDocument {
    try CheckpointDocument.read(folder.opened(bytes))
  }

  @Test func everyTruncationOfACheckpointIsAFailure() throws {
    let bytes = try sampleCheckpoint()
    for count in 0..<bytes.count { _ = dataFailure { _ = try readCheckpoint(Array(bytes.prefix(count))) } }
  }

  @Test func noFlippedBitOfACheckpointPassesAsAnother() throws {
    let bytes = try sampleCheckpoint()
    let checkpoint = try readCheckpoint(bytes)
    try flipping(bytes) { try readCheckpoint($0) == checkpoint }
  }

  /// Reads the bytes with each bit flipped in turn, which must fail, but for the few bits that zstd gives no meaning.
  private func flipping(_ bytes: [UInt8], _ readsTheSame: ([UInt8]) throws -> Bool) throws {
    var silent = 0
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        do {
          #expect(try readsTheSame(damaged), "bit \(bit) of byte \(place)")
          silent += 1
        } catch let failure as Failure {
          #expect(failure.kind == .data)
        }
      }
    }
    #expect(silent < bytes.count / 10, "of \(bytes.count * 8) bits")
  }

  @Test func lostDoubledAndSwappedFramesAreFound() throws {
    let one = foreignFrame(try sampleBatch(2).document().serialized(), size: true, checksum: true)
    let other = foreignFrame(try sampleBatch(3, seed: 2).document().serialized(), size: true, checksum: true)
    let mark = EndMark.frame(count: 5)
    #expect(try folder.batches(one + other + mark).count == 2)
    for bytes in [one + mark, other + mark, one + other + other + mark, mark + one + other, one + mark + other] {
      _ = dataFailure { _ = try folder.batches(bytes) }
    }
    let message = dataFailure { _ = try folder.batches(one + mark) }
    #expect(message.contains("frame 2") && message.contains("counts 5 records, 2 came"), "\(message)")
    let huge = dataFailure { _ = try folder.batches(one + EndMark.frame(count: .max)) }
    #expect(huge.contains("counts \(UInt64.max) records"), "\(huge)")
  }

  @Test func aMarkWithoutRecordsIsNoStream() {
    let message = dataFailure { _ = try folder.batches(EndMark.frame(count: 0)) }
    #expect(message.contains("holds an end mark and no records"), "\(message)")
  }

  @Test func randomDamageNeverPasses() throws {
    var random = TestRandom(5)
    let bytes = try sampleStream()
    let batches = try folder.batches(bytes)
    for _ in 0..<2000 {
      var damaged = bytes
      let start = Int.random(in: 0..<bytes.count, using: &random)
      let end = Int.random(in: start...min(bytes.count, start + 40), using: &random)
      damaged.replaceSubrange(start..<end, with: random.bytes(Int.random(in: 0...40, using: &random)))
      do {
        let read = try folder.batches(damaged)
        // Cutting off the second stream, or nothing at all, is no damage.
        #expect(read == batches || read == batches.dropLast())
      } catch let failure as Failure {
        #expect(failure.kind == .data)
      }
    }
  }
}
