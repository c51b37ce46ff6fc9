/// Takes a stream apart into its frames: expanded documents and end marks.
///
/// Skippable frames that are no end marks are passed over, whatever their size.
package final class FrameReader {
  /// What a stream is made of.
  package enum Frame: Sendable, Equatable {
    /// The content of a data frame.
    case document([UInt8])
    /// The end mark, with the number of records since the one before.
    case endMark(count: UInt64)
  }

  /// The place of the frame read last.
  package private(set) var position: FramePosition

  private static let dataMagic: UInt32 = 0xFD2F_B528

  /// Whether a file that begins with these bytes is a stream: zstd's frames, data or skippable.
  package static func isStream(_ start: some Collection<UInt8>) -> Bool {
    guard start.count >= 4 else { return false }
    let magic: UInt32 = fromLittleEndian(Array(start.prefix(4))[...])
    return magic == dataMagic || magic & 0xFFFF_FFF0 == 0x184D_2A50
  }

  private var source: ByteSource
  private let limits: StreamLimits
  private let decompressor: FrameDecompressor
  private let sizeOfContent: ([UInt8]) throws -> Int?
  private var isMarked = false

  /// A reader of one file.
  ///
  /// - Parameter sizeOfContent: how large a document is by what it begins with; nil where more is needed to tell. Frames
  ///   that hold more are refused before memory grows with them.
  package init(
    _ input: InputFile, limits: StreamLimits = .init(), sizeOfContent: @escaping ([UInt8]) throws -> Int? = { _ in nil }
  ) throws {
    source = ByteSource(input)
    self.limits = limits
    decompressor = try FrameDecompressor()
    self.sizeOfContent = sizeOfContent
    position = FramePosition(file: input.name, frame: 0, offset: 0)
  }

  /// The next document or end mark; nil at the end of a stream whose last frame but skippable ones was an end mark.
  ///
  /// - Throws: `Failure` of kind `data`, with the place, for an empty or damaged stream and for one that stops short.
  package func next() throws -> Frame? {
    while true {
      let start = try source.peek(8)
      if start.isEmpty {
        try checkEnd()
        return nil
      }
      position = FramePosition(file: source.name, frame: position.frame + 1, offset: source.offset)
      guard start.count >= 4 else { throw cutShort() }
      let magic: UInt32 = fromLittleEndian(start.prefix(4))
      if magic == Self.dataMagic {
        isMarked = false
        return .document(try document())
      }
      guard Self.isStream(start) else { throw foreign(start) }
      guard start.count == 8 else { throw cutShort() }
      let size: UInt32 = fromLittleEndian(start.suffix(4))
      if magic == EndMark.magic, let count = try endMark(size: Int(size)) {
        isMarked = true
        return .endMark(count: count)
      }
      let whole = 8 + Int(size)
      guard try source.skip(whole) == whole else { throw cutShort() }
    }
  }

  /// A failure of kind `data` at the frame read last.
  package func failure(_ words: String) -> Failure {
    Failure(.data, "\(position): \(words)")
  }

  private func document() throws -> [UInt8] {
    do {
      let declared = try FrameDecompressor.declaredSize(&source)
      if let declared, declared > UInt64(limits.documentBytes) {
        throw Failure(
          .data, FrameDecompressor.limitWords("it declares \(declared) bytes, more than", limits.documentBytes))
      }
      return try decompressor.expand(
        &source, declared: declared.map(Int.init), limit: limits.documentBytes, sizeOfContent: sizeOfContent)
    } catch let fault as Failure where fault.kind == .data {
      throw failure(fault.message)
    }
  }

  /// The count of the end mark that the source stands at; nil, with nothing consumed, for another skippable frame.
  private func endMark(size: Int) throws -> UInt64? {
    let frame = try source.peek(8 + EndMark.payloadSize)
    let payload = frame.dropFirst(8).prefix(size)
    guard payload.starts(with: EndMark.name) else { return nil }
    guard size == EndMark.payloadSize, payload.prefix(8).elementsEqual(EndMark.signature) || payload.count < 8 else {
      throw failure("an end mark of a form unknown here; a newer version of these tools may know it")
    }
    guard payload.count == size else { throw cutShort() }
    _ = try source.skip(8 + size)
    return fromLittleEndian(payload.suffix(8))
  }

  private func checkEnd() throws {
    if position.frame == 0 {
      throw Failure(.data, "\(source.name): empty, where a record stream is expected; did the command before it fail?")
    }
    if !isMarked {
      throw Failure(
        .data,
        "\(source.name): ends at byte \(source.offset), after frame \(position.frame), without an end mark, so its "
          + "writer was cut short; make it again")
    }
  }

  private func cutShort() -> Failure {
    failure("the file ends inside this frame, so its writer was cut short; make the file again")
  }

  private func foreign(_ start: ArraySlice<UInt8>) -> Failure {
    let found = start.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    let advice =
      position.frame == 1
      ? "this is no record stream (ue-decode makes one from pictures)" : "the file is damaged; make it again"
    return failure("expected a zstd frame, found the bytes \(found): \(advice)")
  }
}

/// What a reader refuses before it asks for memory.
package struct StreamLimits: Sendable, Equatable {
  /// The longest JSON header of a document.
  package var headerBytes: Int
  /// The longest document, expanded.
  package var documentBytes: Int

  /// By default 16 MiB for a header and 4 GiB for a document. Precondition: neither is negative.
  package init(headerBytes: Int = 16 << 20, documentBytes: Int = 4 << 30) {
    precondition(headerBytes >= 0 && documentBytes >= 0, "a limit is not negative")
    self.headerBytes = headerBytes
    self.documentBytes = documentBytes
  }
}

/// Where a frame stands.
package struct FramePosition: Sendable, Equatable, CustomStringConvertible {
  /// The file's name.
  package let file: String
  /// The frame's number in the file, from 1; skippable frames and end marks count too.
  package let frame: Int
  /// Where its first byte lies in the file, from 0.
  package let offset: Int

  /// What a message about the frame begins with.
  package var description: String { "\(file): frame \(frame) (byte \(offset))" }
}
