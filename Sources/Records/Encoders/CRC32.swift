import CZlib

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
