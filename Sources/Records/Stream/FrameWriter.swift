import CZstd

/// Writes a stream's frames.
///
/// The same documents and level give the same bytes, whatever was written before.
package final class FrameWriter {
  /// The levels of compression: 1 is the fastest, the last the smallest.
  package static let compressionLevels: ClosedRange<Int> = 1...Int(ZSTD_maxCLevel())

  private let output: OutputFile
  private let level: Int
  private let context: OpaquePointer

  /// A writer to one file.
  ///
  /// - Throws: `Failure` of kind `usage` for a level out of range.
  package init(_ output: OutputFile, compressionLevel: Int = 1) throws {
    let levels = Self.compressionLevels
    guard levels.contains(compressionLevel) else {
      throw Failure(
        .usage,
        "compression level \(compressionLevel) is not within \(levels.lowerBound) and \(levels.upperBound)")
    }
    guard let context = ZSTD_createCCtx() else { throw Failure(.software, "no memory for a zstd compressor") }
    self.output = output
    self.level = compressionLevel
    self.context = context
    for (parameter, value) in [
      (ZSTD_c_compressionLevel, Int32(compressionLevel)), (ZSTD_c_checksumFlag, 1), (ZSTD_c_contentSizeFlag, 1),
    ] {
      try Self.check(ZSTD_CCtx_setParameter(context, parameter, value))
    }
  }

  deinit { ZSTD_freeCCtx(context) }

  /// Writes a document's bytes as one frame, with its size and a checksum.
  package func write(document: [UInt8]) throws {
    let frame = try [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(document.count)) { buffer, count in
      let code = document.withUnsafeBytes {
        ZSTD_compress2(context, buffer.baseAddress, buffer.count, $0.baseAddress, $0.count)
      }
      try Self.check(code)
      count = code
    }
    try output.write(frame)
  }

  /// Closes the stream, or this part of it, with the number of records since the mark before.
  package func writeEndMark(count: Int) throws {
    try output.write(EndMark.frame(count: UInt64(count)))
  }

  private static func check(_ code: Int) throws {
    if ZSTD_isError(code) != 0 {
      throw Failure(.software, "zstd cannot compress: \(String(cString: ZSTD_getErrorName(code)))")
    }
  }
}

/// The skippable frame that closes a stream and says how many records went before it.
enum EndMark {
  /// The magic number of the skippable frame.
  static let magic: UInt32 = 0x184D_2A55
  /// Bytes of the payload: the signature and a count.
  static let payloadSize = 16
  /// What every version's payload begins with.
  static let name: [UInt8] = Array("UEEND".utf8)
  /// What this version's payload begins with.
  static let signature: [UInt8] = name + [1, 0, 0]

  /// The whole frame, 24 bytes.
  static func frame(count: UInt64) -> [UInt8] {
    littleEndian(magic) + littleEndian(UInt32(payloadSize)) + signature + littleEndian(count)
  }
}

/// The bytes of an integer, lowest first.
package func littleEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
  stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// The integer whose bytes, lowest first, are given. Precondition: they fit the type.
func fromLittleEndian<Value: FixedWidthInteger & UnsignedInteger>(_ bytes: some Collection<UInt8>) -> Value {
  precondition(bytes.count * 8 <= Value.bitWidth, "too many bytes for the integer")
  return bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
}
