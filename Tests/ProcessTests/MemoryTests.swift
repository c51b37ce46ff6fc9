import Records
import TestSupport
import Testing

/// Readers under a limit on the memory that they may ask for: whoever asks for more is ended by a signal.
@Suite(.disabled(if: Sanitizer.isOn, Sanitizer.reason)) struct MemoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func infoWithinOneGiB(_ name: String, _ options: String = "") throws -> ProcessResult {
    try ProcessRunner.shell("ulimit -v 1048576; ue-rec info \(options) \(name)", directory: folder.path)
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

  /// A frame of zstd whose blocks repeat a byte: some hundred thousand bytes that expand to gigabytes.
  ///
  /// - Parameter start: what the content begins with, before the zeros.
  private func bomb(expandingTo size: Int, declared: Bool, start: [UInt8] = []) -> [UInt8] {
    let count = 128 << 10
    let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, declared ? 0xC0 : 0, 10 << 3]
    let claim = declared ? (0..<8).map { UInt8(truncatingIfNeeded: (size + start.count) >> ($0 * 8)) } : []
    func block(_ kind: Int, _ count: Int, isLast: Bool = false) -> [UInt8] {
      (0..<3).map { UInt8(truncatingIfNeeded: ((isLast ? 1 : 0) | kind << 1 | count << 3) >> ($0 * 8)) }
    }
    let zeros = block(1, count) + [0]
    let blocks = (0..<size / count - 1).flatMap { _ in zeros } + block(1, count, isLast: true) + [0]
    return header + claim + block(0, start.count) + start + blocks
  }

  @Test(arguments: [true, false]) func aBombIsRefusedBeforeItGoesOff(_ isDeclared: Bool) throws {
    try folder.write(bomb(expandingTo: 4 << 30 - 128 << 10, declared: isDeclared), to: "bomb.rec")
    let zeros = try infoWithinOneGiB("bomb.rec")
    #expect(zeros.status == 65, "\(zeros.errorText)")
    #expect(zeros.errorText.contains("bomb.rec: frame 1 (byte 0): "), "\(zeros.errorText)")
    // A whole document, and then no end.
    let start = try SampleStream.batch(2).document().serialized()
    try folder.write(bomb(expandingTo: 4 << 30 - 1 << 20, declared: isDeclared, start: start), to: "bomb.rec")
    let behind = try infoWithinOneGiB("bomb.rec")
    #expect(behind.status == 65, "\(behind.errorText)")
    #expect(behind.errorText.contains("the document in it has \(start.count) bytes"), "\(behind.errorText)")
  }

  /// Headers of 16 MiB made to cost as much memory as they can.
  @Test(arguments: [("[", "0,", "0]"), ("[", "[0],", "0]"), ("{", "", "}"), ("[", "\"\",", "0]")])
  func aHeaderCostsLittle(_ start: String, _ piece: String, _ end: String) throws {
    let room = 16 << 20 - 20
    var text = #"{"__metadata__":"# + start
    if piece.isEmpty {
      var members: [String] = []
      var length = 0
      while length < room - 40 {
        members.append(#""\(String(members.count, radix: 36))":0"#)
        length += members[members.count - 1].utf8.count + 1
      }
      text += members.joined(separator: ",")
    } else {
      text += String(repeating: piece, count: (room - text.utf8.count) / piece.utf8.count)
    }
    let header = Array((text + end + "}").utf8)
    let document = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header
    let output = try OutputFile.create(folder.file("header.rec"))
    let frames = try FrameWriter(output)
    try frames.write(document: document)
    try frames.writeEndMark(count: 1)
    try output.commit()
    let result = try infoWithinOneGiB("header.rec")
    #expect(result.status == 65, "\(result.errorText.prefix(300))")
    #expect(result.errorText.hasPrefix("ue-rec: header.rec: frame 1 (byte 0): "), "\(result.errorText.prefix(300))")
  }
}
