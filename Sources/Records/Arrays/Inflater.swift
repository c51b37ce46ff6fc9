import CZlib

/// Unpacks deflated bytes that bear no header of their own, as in zip archives.
final class Inflater {
  private static let piece = 1 << 18
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Throws: `Failure` of kind `software` when zlib cannot start.
  init() throws {
    // zlib keeps the structure's address.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw Failure(.software, "zlib cannot start: code \(code)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Appends the unpacked bytes of a range, and tells whether they ended where it ends and within `limit` bytes.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  func inflate(_ source: SpoolFile, _ range: Range<Int>, into target: SpoolFile, limit: Int) throws -> Bool {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
      let end = min(range.upperBound, start + Self.piece)
      var packed = source.bytes(start..<end)
      var used = 0
      while true {
        let (bytes, consumed, code) = step(&packed, from: used)
        used += consumed
        try target.append(bytes)
        guard target.count <= limit else { return false }
        if code == Z_STREAM_END { return used == packed.count && end == range.upperBound }
        guard code == Z_OK || code == Z_BUF_ERROR else { return false }
        if used == packed.count, bytes.count < Self.piece { break }
        if consumed == 0, bytes.isEmpty { return false }
      }
    }
    return false
  }

  private func step(_ packed: inout [UInt8], from used: Int) -> (bytes: [UInt8], consumed: Int, code: Int32) {
    var code = Z_OK
    let available = packed.count - used
    let bytes = packed.withUnsafeMutableBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: Self.piece) { target, count in
        stream.pointee.next_in = source.baseAddress.map { $0 + used }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(Self.piece)
        code = CZlib.inflate(stream, Z_NO_FLUSH)
        count = Self.piece - Int(stream.pointee.avail_out)
      }
    }
    return (bytes, available - Int(stream.pointee.avail_in), code)
  }
}
