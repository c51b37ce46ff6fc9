import CZlib
import Records

/// A zip archive of files as they are, not packed, written front to back (PKWARE's APPNOTE; sizes of 64 bits throughout,
/// as `numpy.savez` writes them).
struct ZipWriter {
  private let output: OutputFile
  private var position = 0
  private var entries: [Entry] = []

  private struct Entry {
    let name: [UInt8]
    let byteCount: Int
    let checksum: UInt32
    let offset: Int
  }

  /// The first of January 1980, the earliest day: the same files give the same archive.
  private static let day: UInt16 = 0x21
  /// Of the format: 4.5 knows sizes of 64 bits.
  private static let version: UInt16 = 45
  /// Names are UTF-8.
  private static let flags: UInt16 = 0x800
  private static let wide = UInt32.max

  init(_ output: OutputFile) { self.output = output }

  /// Adds a file.
  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    try begin(name, byteCount: bytes.count, checksum: CRC32(bytes))
    try write(bytes)
  }

  /// Begins a file, whose bytes are to follow by `write`.
  mutating func begin(_ name: String, byteCount: Int, checksum: CRC32) throws {
    let entry = Entry(name: Array(name.utf8), byteCount: byteCount, checksum: checksum.value, offset: position)
    entries.append(entry)
    let sizes = littleEndian(UInt64(byteCount)) + littleEndian(UInt64(byteCount))
    try write(littleEndian(UInt32(0x0403_4B50)) + common(entry, extraByteCount: 20))
    try write(entry.name + littleEndian(UInt16(1)) + littleEndian(UInt16(16)) + sizes)
  }

  /// Writes some of the bytes of the file begun last.
  mutating func write(_ bytes: [UInt8]) throws {
    try output.write(bytes)
    position += bytes.count
  }

  /// Writes the directory, with which the archive ends.
  mutating func finish() throws {
    let start = position
    for entry in entries { try writeDirectory(entry) }
    let size = position - start
    let count = UInt64(entries.count)
    let record = position
    var end = littleEndian(UInt32(0x0606_4B50)) + littleEndian(UInt64(44))
    end += littleEndian(Self.version) + littleEndian(Self.version) + littleEndian(UInt64(0))
    end += littleEndian(count) + littleEndian(count) + littleEndian(UInt64(size)) + littleEndian(UInt64(start))
    end += littleEndian(UInt32(0x0706_4B50)) + littleEndian(UInt32(0)) + littleEndian(UInt64(record))
    end += littleEndian(UInt32(1)) + littleEndian(UInt32(0x0605_4B50)) + littleEndian(UInt32(0))
    end += littleEndian(UInt16.max) + littleEndian(UInt16.max) + littleEndian(Self.wide) + littleEndian(Self.wide)
    end += littleEndian(UInt16(0))
    try write(end)
  }

  private mutating func writeDirectory(_ entry: Entry) throws {
    var bytes = littleEndian(UInt32(0x0201_4B50)) + littleEndian(Self.version)
    bytes += common(entry, extraByteCount: 28)
    // No comment, the first volume, no attributes; the offset stands among the wide sizes.
    bytes += [UInt8](repeating: 0, count: 10) + littleEndian(Self.wide)
    bytes += entry.name + littleEndian(UInt16(1)) + littleEndian(UInt16(24))
    bytes += littleEndian(UInt64(entry.byteCount)) + littleEndian(UInt64(entry.byteCount))
    bytes += littleEndian(UInt64(entry.offset))
    try write(bytes)
  }

  /// What the header before a file and its entry in the directory have in common.
  private func common(_ entry: Entry, extraByteCount: UInt16) -> [UInt8] {
    var bytes = littleEndian(Self.version) + littleEndian(Self.flags) + littleEndian(UInt16(0))
    bytes += littleEndian(UInt16(0)) + littleEndian(Self.day) + littleEndian(entry.checksum)
    bytes += littleEndian(Self.wide) + littleEndian(Self.wide)
    return bytes + littleEndian(UInt16(clamping: entry.name.count)) + littleEndian(extraByteCount)
  }
}

/// The checksum of zip archives, through zlib.
struct CRC32 {
  private(set) var value: UInt32 = 0

  /// Of no bytes, or of those given.
  init(_ bytes: [UInt8] = []) { add(bytes) }

  /// Adds bytes at the end.
  mutating func add(_ bytes: [UInt8]) {
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), bytes, bytes.count))
  }

  /// The checksum of these bytes and those of another, of which there are `byteCount`.
  func followed(by other: CRC32, byteCount: Int) -> CRC32 {
    var whole = self
    whole.value = UInt32(truncatingIfNeeded: crc32_combine(UInt(value), UInt(other.value), byteCount))
    return whole
  }
}
