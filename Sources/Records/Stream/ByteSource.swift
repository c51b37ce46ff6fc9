/// The bytes of an input, fetched in large pieces, with the place that has been reached.
struct ByteSource {
  /// Large enough that the system calls cost nothing beside the decompression.
  static let chunkSize = 1 << 18

  private let input: InputFile
  private var chunk: [UInt8] = []
  private var next = 0
  /// How many bytes have been consumed.
  private(set) var offset = 0

  init(_ input: InputFile) { self.input = input }

  var name: String { input.name }

  /// Bytes that can be consumed without reading.
  var available: Int { chunk.count - next }

  /// The next bytes, without consuming them: as many as asked for, or fewer at the end of the input.
  mutating func peek(_ count: Int) throws -> ArraySlice<UInt8> {
    while available < count {
      let more = try input.read(upTo: Self.chunkSize)
      if more.isEmpty { break }
      chunk = chunk[next...] + more
      next = 0
    }
    return chunk[next..<min(next + count, chunk.count)]
  }

  /// Consumes bytes, reading on where needed, and says how many there were: fewer than asked for only at the end.
  mutating func skip(_ count: Int) throws -> Int {
    var left = count
    while left > 0 {
      if available == 0, try !refill() { break }
      let step = min(left, available)
      consume(step)
      left -= step
    }
    return count - left
  }

  /// Fetches the next piece; false at the end. Precondition: none is available.
  mutating func refill() throws -> Bool {
    precondition(available == 0, "bytes would be lost")
    chunk = try input.read(upTo: Self.chunkSize)
    next = 0
    return !chunk.isEmpty
  }

  /// Hands the available bytes to a C library and consumes as many as `body` says.
  mutating func withAvailable<Result>(_ body: (UnsafeRawBufferPointer) -> (used: Int, Result)) -> Result {
    let (used, result) = chunk.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[next...])) }
    consume(used)
    return result
  }

  private mutating func consume(_ count: Int) {
    next += count
    offset += count
  }
}
