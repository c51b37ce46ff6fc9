import CZstd

/// Expands zstd frames, asking for memory only as data arrives.
final class FrameDecompressor {
  /// Up to here a frame's claim about its size is believed at once; past it, memory doubles with what has come.
  private static let trustedSize = 16 << 20
  private static let startSize = 1 << 20
  /// A frame may ask for a buffer of 2²⁷ bytes to look back into, as the zstd command takes by itself. It is asked for
  /// before anything is known of the content, so that a few bytes could have any size of memory.
  private static let windowBits: Int32 = 27

  private let context: OpaquePointer

  init() throws {
    guard let context = ZSTD_createDCtx() else { throw Failure(.software, "no memory for a zstd decompressor") }
    self.context = context
    let code = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowBits)
    precondition(ZSTD_isError(code) == 0, "zstd refuses the window that it takes by itself")
  }

  deinit { ZSTD_freeDCtx(context) }

  /// The longest header of a frame.
  private static let longestHeader = 18

  /// What the header of the frame that the source stands at says of the content's size.
  ///
  /// - Returns: nil when it says nothing, or is not all there: expanding then finds the file's end.
  /// - Throws: a `Failure` without a place when it is damaged.
  static func declaredSize(_ source: inout ByteSource) throws -> UInt64? {
    let header = try source.peek(longestHeader)
    return switch header.withUnsafeBytes({ ZSTD_getFrameContentSize($0.baseAddress, $0.count) }) {
    case .max: nil
    case .max - 1 where header.count < longestHeader: nil
    case .max - 1: throw Failure(.data, "damaged: its zstd header makes no sense; make the file again")
    case let size: size
    }
  }

  /// Expands the frame that the source stands at.
  ///
  /// - Parameters:
  ///   - declared: the size that its header claims.
  ///   - limit: the most that is expanded; what is declared lies within.
  ///   - sizeOfContent: how large the content is by what it begins with; nil where more is needed to tell. Asked when
  ///     the frame holds much, before memory grows with it.
  /// - Throws: a `Failure` without a place; what `sizeOfContent` throws.
  func expand(
    _ source: inout ByteSource, declared: Int?, limit: Int, sizeOfContent: ([UInt8]) throws -> Int?
  ) throws -> [UInt8] {
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    let bound = declared ?? limit
    // One byte more than allowed: that it is filled shows that the frame holds too much.
    var largest = bound == .max ? bound : bound + 1
    var capacity = min(largest, declared == nil ? Self.startSize : Self.trustedSize)
    var size: Int?
    var content: [UInt8] = []
    var isComplete = false
    while !isComplete {
      let start = content
      content = try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        count = start.count
        _ = buffer.update(fromContentsOf: start)
        isComplete = try fill(UnsafeMutableRawBufferPointer(buffer), &count, from: &source)
      }
      if content.count > bound { throw tooLarge(declared: declared, limit: limit) }
      if !isComplete, size == nil { size = try sizeOfContent(content) }
      if let size {
        guard content.count <= size, size >= declared ?? 0 else { throw Self.surplus(size) }
        largest = min(largest, size + 1)
      }
      if isComplete, let declared, content.count < declared {
        throw Failure(.data, "damaged: it declares \(declared) bytes and holds \(content.count); make the file again")
      }
      capacity = min(largest, max(capacity, capacity.multipliedReportingOverflow(by: 2).partialValue))
    }
    return content
  }

  /// Expands until the frame ends, which gives true, or the buffer is full.
  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ count: inout Int, from source: inout ByteSource
  ) throws -> Bool {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: count)
    while output.pos < output.size {
      if source.available == 0, try !source.refill() {
        throw Failure(.data, "the file ends inside this frame, so its writer was cut short; make the file again")
      }
      let code = source.withAvailable { bytes in
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        let code = ZSTD_decompressStream(context, &output, &input)
        return (input.pos, code)
      }
      count = output.pos
      if ZSTD_isError(code) != 0 {
        if ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge {
          throw Failure(
            .data,
            "asks for a buffer of more than \(1 << (Self.windowBits - 20)) MiB to look back into; make the file again, "
              + "with zstd's --long=\(Self.windowBits) at most")
        }
        let words = String(cString: ZSTD_getErrorName(code))
        throw Failure(.data, "damaged: zstd says \"\(words)\"; make the file again")
      }
      if code == 0 { return true }
    }
    return false
  }

  private func tooLarge(declared: Int?, limit: Int) -> Failure {
    if let declared {
      Failure(.data, "damaged: it declares \(declared) bytes and holds more; make the file again")
    } else {
      Failure(.data, Self.limitWords("it expands to more than", limit))
    }
  }

  private static func surplus(_ size: Int) -> Failure {
    Failure(.data, "damaged: the document in it has \(size) bytes, and more follow; make the file again")
  }

  static func limitWords(_ claim: String, _ limit: Int) -> String {
    "\(claim) \(limit) bytes, the largest document read; --max-document allows more"
  }
}
