import CZlib
import Records

/// Unpacks deflated bytes piece by piece, as zip archives hold them or within a gzip file.
///
/// Whoever unpacks gives packed bytes by `take` whenever `needsInput`, and gets the unpacked ones by `next`.
final class Inflater {
  /// What stands around the deflated bytes.
  enum Form {
    /// Nothing.
    case bare
    /// A header, and behind them a checksum, which is checked.
    case gzip

    /// zlib's name for it.
    fileprivate var windowBits: Int32 { self == .bare ? -MAX_WBITS : MAX_WBITS + 16 }
  }

  /// Why bytes cannot be unpacked, in zlib's words.
  struct Fault: Error {
    let words: String
  }

  /// How many bytes are unpacked at once, and ought to be given.
  static let piece = 1 << 18

  private let stream: UnsafeMutablePointer<z_stream>
  private var packed: [UInt8] = []
  private var used = 0
  /// Whether zlib may hold unpacked bytes that did not fit into the last piece.
  private var isHoldingMore = false
  /// Whether the deflated bytes have come to their end.
  private(set) var hasEnded = false

  /// - Throws: `Failure` of kind `software` when zlib cannot start.
  init(_ form: Form) throws {
    // zlib keeps the structure's address.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = inflateInit2_(stream, form.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw Failure(.software, "zlib cannot start: code \(code)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether nothing more comes without further packed bytes.
  var needsInput: Bool { used == packed.count && !isHoldingMore }

  /// Packed bytes that have not been used.
  var unusedCount: Int { packed.count - used }

  /// Takes the next packed bytes. Precondition: they are needed.
  func take(_ bytes: [UInt8]) {
    precondition(needsInput, "packed bytes are left")
    (packed, used) = (bytes, 0)
  }

  /// Begins anew with what follows the end, such as a further member of a gzip file.
  func restart() {
    inflateReset(stream)
    hasEnded = false
  }

  /// The next unpacked bytes, none where zlib only took some in.
  ///
  /// - Throws: `Fault` where the packed bytes are damaged.
  func next() throws(Fault) -> [UInt8] {
    let available = unusedCount
    var code = Z_OK
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
    used += available - Int(stream.pointee.avail_in)
    isHoldingMore = code == Z_OK && stream.pointee.avail_out == 0
    switch code {
    case Z_STREAM_END: hasEnded = true
    case Z_OK: break
    // Nothing was left to unpack; with bytes to go on with it would never end.
    case Z_BUF_ERROR where available == 0: break
    default: throw Fault(words: stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)")
    }
    return bytes
  }
}

extension Inflater {
  /// Appends the unpacked bytes of a range, and tells whether they ended where it ends and within `limit` bytes.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  func unpack(_ source: SpoolFile, _ range: Range<Int>, into target: SpoolFile, limit: Int) throws -> Bool {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
      let end = min(range.upperBound, start + Self.piece)
      take(source.bytes(start..<end))
      while !needsInput {
        let bytes: [UInt8]
        do { bytes = try next() } catch { return false }
        try target.append(bytes)
        guard target.count <= limit else { return false }
        if hasEnded { return unusedCount == 0 && end == range.upperBound }
      }
    }
    return false
  }
}
