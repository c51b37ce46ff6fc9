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
func littleEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
  stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// The integer whose bytes, lowest first, are given. Precondition: they fit the type.
func fromLittleEndian<Value: FixedWidthInteger & UnsignedInteger>(_ bytes: some Collection<UInt8>) -> Value {
  precondition(bytes.count * 8 <= Value.bitWidth, "too many bytes for the integer")
  return bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
}
