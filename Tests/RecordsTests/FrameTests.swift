import TestSupport
import Testing

@testable import Records

@Suite struct FrameTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func frames(_ bytes: [UInt8], limits: StreamLimits = .init()) throws -> [FrameReader.Frame] {
    let reader = try FrameReader(folder.opened(bytes), limits: limits)
    var frames: [FrameReader.Frame] = []
    while let frame = try reader.next() { frames.append(frame) }
    return frames
  }

  private func frame(_ content: [UInt8]) -> [UInt8] { foreignFrame(content, size: true, checksum: true) }

  @Test func framesOfEveryWriterAreRead() throws {
    var random = TestRandom(3)
    for count in [0, 1, 1000, 300_000, 3_000_000] {
      let content = random.bytes(count / 2) + [UInt8](repeating: 1, count: count - count / 2)
      for (size, checksum) in [(true, true), (true, false), (false, true), (false, false)] {
        let bytes = foreignFrame(content, size: size, checksum: checksum) + EndMark.frame(count: 5)
        #expect(try frames(bytes) == [.document(content), .endMark(count: 5)])
      }
    }
  }

  @Test func framesAreWrittenWithSizeAndChecksum() throws {
    let content = TestRandom(4).reading { $0.bytes(70_000) }
    let written = try folder.written { output in
      let writer = try FrameWriter(output)
      try writer.write(document: content)
      try writer.write(document: [1, 2, 3])
      try writer.write(document: content)
    }
    let alone = foreignFrame(content, size: true, checksum: true, level: 1)
    #expect(written == alone + foreignFrame([1, 2, 3], size: true, checksum: true, level: 1) + alone)
    #expect(written[4] & 0b100 == 0b100, "no checksum")
  }

  @Test func levelsOutOfRangeAreRefused() throws {
    for level in [0, -1, 23, .min, .max] {
      let failure = #expect(throws: Failure.self) {
        _ = try FrameWriter(OutputFile.create(folder.file("x")), compressionLevel: level)
      }
      #expect(failure?.kind == .usage)
    }
  }

  @Test func skippableFramesAreSkipped() throws {
    let large = skippable([UInt8](repeating: 0x28, count: 3_000_000), magic: 0x184D_2A5F)
    let small = skippable([])
    let alien = skippable([UInt8](repeating: 9, count: 16), magic: EndMark.magic)
    let mark = EndMark.frame(count: 1)
    let bytes = small + large + alien + frame([1]) + large + mark + small + frame([2]) + mark + alien + large
    #expect(
      try frames(bytes) == [.document([1]), .endMark(count: 1), .document([2]), .endMark(count: 1)])
  }

  @Test func anEmptyStreamIsNamed() {
    #expect(dataFailure { _ = try frames([]) }.contains("in.rec: empty"))
  }

  @Test func theEndWithoutAMarkIsTruncation() {
    let mark = EndMark.frame(count: 1)
    for bytes in [frame([1]), frame([1]) + mark + frame([2]), skippable([1]), frame([1]) + skippable([1])] {
      #expect(dataFailure { _ = try frames(bytes) }.contains("without an end mark"))
    }
  }

  @Test func everyTruncationIsNamed() {
    let bytes = frame(Array("some content".utf8)) + skippable([1, 2, 3]) + EndMark.frame(count: 1)
    for count in 1..<bytes.count {
      let message = dataFailure { _ = try frames(Array(bytes.prefix(count))) }
      #expect(message.contains("cut short"), "\(count): \(message)")
    }
  }

  @Test func marksOfAnotherFormAreRefused() {
    let version = skippable(EndMark.name + [2, 0, 0] + littleEndian(UInt64(1)), magic: EndMark.magic)
    let longer = skippable(EndMark.signature + littleEndian(UInt64(1)) + [0], magic: EndMark.magic)
    let shorter = skippable(EndMark.name, magic: EndMark.magic)
    for mark in [version, longer, shorter] {
      #expect(dataFailure { _ = try frames(frame([1]) + mark) }.contains("frame 2 (byte 14): an end mark of a form"))
    }
  }

  @Test func foreignBytesAreShown() {
    let first = dataFailure { _ = try frames([0x1F, 0x8B, 0x08, 0x00, 0x01]) }
    #expect(first.contains("frame 1 (byte 0): expected a zstd frame, found the bytes 1f 8b 08 00"), "\(first)")
    let later = dataFailure { _ = try frames(frame([1]) + EndMark.frame(count: 1) + [1, 2, 3, 4, 5]) }
    #expect(later.contains("frame 3 (byte 38)") && later.contains("01 02 03 04"), "\(later)")
    // A frame of zstd's early formats, which differ in the last bits of the first byte.
    _ = dataFailure { _ = try frames([0x27, 0xB5, 0x2F, 0xFD] + [UInt8](repeating: 0, count: 40)) }
  }

  @Test func documentsBeyondTheLimitAreRefused() throws {
    let content = [UInt8](repeating: 0, count: 5_000_000)
    for size in [true, false] {
      let bytes = foreignFrame(content, size: size, checksum: true) + EndMark.frame(count: 1)
      _ = try frames(bytes, limits: StreamLimits(documentBytes: content.count))
      let message = dataFailure { _ = try frames(bytes, limits: StreamLimits(documentBytes: content.count - 1)) }
      #expect(message.contains("--max-document") && message.contains("4999999"), "\(message)")
    }
  }

  /// A header that asks for 128 MiB and one eighth more, or for 2 GiB, which a decoder would have to keep ready.
  @Test func framesThatAskForMuchMemoryAreRefused() {
    for descriptor in [17 << 3 | 1, 21 << 3] as [UInt8] {
      let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, descriptor]
      let message = dataFailure { _ = try frames(header + [1, 0, 0] + EndMark.frame(count: 1)) }
      #expect(message.contains("frame 1 (byte 0): asks for a buffer of more than 128 MiB"), "\(message)")
    }
    let message = dataFailure { _ = try frames([0x28, 0xB5, 0x2F, 0xFD, 0, 17 << 3, 1, 0, 0]) }
    #expect(message.contains("without an end mark"), "\(message)")
  }

  /// Frames that hold more or less than they declare, with the declaration at the header's end changed by hand.
  @Test func falseSizesAreRefused() {
    for difference in [-100, -1, 1, 100, 100_000_000] {
      var bytes = frame([UInt8](repeating: 3, count: 100_000))
      #expect(bytes[4] >> 5 == 0b101, "a size of four bytes in a single segment")
      bytes.replaceSubrange(5..<9, with: littleEndian(UInt32(100_000 + difference)))
      let message = dataFailure { _ = try frames(bytes + EndMark.frame(count: 1)) }
      #expect(message.contains("frame 1 (byte 0): damaged"), "\(message)")
    }
  }
}

extension TestRandom {
  /// Draws from a copy.
  func reading<Value>(_ body: (inout TestRandom) -> Value) -> Value {
    var copy = self
    return body(&copy)
  }
}
