import CZlib

/// Unpacks a gzip file piece by piece; members that stand end to end are one file.
final class GzipUnpacker {
  static let signature: [UInt8] = [0x1F, 0x8B]

  private static let piece = 1 << 18
  private let input: InputFile
  private let stream: UnsafeMutablePointer<z_stream>
  private var packed: [UInt8]
  private var used = 0
  private var isInsideMember = true
  /// Whether zlib may hold unpacked bytes that did not fit into the last piece.
  private var isHoldingMore = false

  /// - Parameter first: what has been read of the file already, at least the signature.
  init(_ input: InputFile, first: [UInt8]) throws {
    self.input = input
    packed = first
    // zlib keeps the structure's address.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let gzipWindow = MAX_WBITS + 16
    let code = inflateInit2_(stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw Failure(.software, "zlib cannot start: code \(code)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next bytes of the unpacked file; none at its end.
  ///
  /// - Throws: `Failure` (data) when the file is cut short, a checksum is wrong, or something else follows a member.
  func next() throws -> [UInt8] {
    while true {
      if used == packed.count && !isHoldingMore {
        packed = try input.read(upTo: Self.piece)
        used = 0
        if packed.isEmpty {
          if isInsideMember { throw Failure(.data, "\(input.name): the gzip file is cut short") }
          return []
        }
      }
      if !isInsideMember {
        inflateReset(stream)
        isInsideMember = true
      }
      let bytes = try inflatePiece()
      if !bytes.isEmpty { return bytes }
    }
  }

  private func inflatePiece() throws -> [UInt8] {
    let available = packed.count - used
    var code = Z_OK
    let bytes = packed.withUnsafeMutableBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: Self.piece) { target, count in
        stream.pointee.next_in = source.baseAddress.map { $0 + used }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(Self.piece)
        code = inflate(stream, Z_NO_FLUSH)
        count = Self.piece - Int(stream.pointee.avail_out)
      }
    }
    used += available - Int(stream.pointee.avail_in)
    isHoldingMore = code == Z_OK && stream.pointee.avail_out == 0
    switch code {
    case Z_STREAM_END: isInsideMember = false
    case Z_OK, Z_BUF_ERROR: break
    default:
      let words = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw Failure(.data, "\(input.name): damaged gzip file: \(words)")
    }
    return bytes
  }
}
