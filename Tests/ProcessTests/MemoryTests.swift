import Records
import TestSupport
import Testing

/// Readers under a limit on the memory that they may ask for: whoever asks for more is ended by a signal.
@Suite struct MemoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func infoWithinOneGiB(_ name: String, _ options: String = "") throws -> ProcessResult {
    try ProcessRunner.shell("ulimit -v 1048576; rec info \(options) \(name)", directory: folder.path)
  }

  /// A frame of zstd with one block that repeats a zero, and a header that claims `size` bytes.
  private func frame(claiming size: UInt64, holding count: Int) -> [UInt8] {
    let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xC0, 10 << 3]
    let claim = (0..<8).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) }
    let block = UInt32(1 | 1 << 1 | count << 3)
    return header + claim + (0..<3).map { UInt8(truncatingIfNeeded: block >> ($0 * 8)) } + [0]
  }

  @Test func aFalseClaimCostsNothing() throws {
    try folder.write(frame(claiming: 4 << 30, holding: 1000), to: "claim.rec")
    let result = try infoWithinOneGiB("claim.rec")
    #expect(result.status == 65)
    #expect(result.errorText.contains("claim.rec: frame 1 (byte 0): damaged"), "\(result.errorText)")
    try folder.write(frame(claiming: 4 << 30 + 1, holding: 1000), to: "more.rec")
    let more = try infoWithinOneGiB("more.rec")
    #expect(more.status == 65 && more.errorText.contains("--max-document allows more"), "\(more.errorText)")
  }

  @Test func aReaderNeedsNoMoreForALongStream() throws {
    // 2 GiB of records, in frames that pack to next to nothing.
    let count = 1000
    let pictures = Column([UInt8](repeating: 0, count: count * 3072), shape: [count, 3, 32, 32])
    let writer = RecordWriter(try OutputFile.create(folder.file("long.rec")))
    let batch = try ImageBatch(columns: ["image": pictures])
    for _ in 0..<700 { try writer.write(batch) }
    try writer.close()
    let result = try infoWithinOneGiB("long.rec")
    #expect(result.status == 0 && result.text.contains("700000 records"), "\(result.errorText)")
  }
}
