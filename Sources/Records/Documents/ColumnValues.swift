/// A number that a column holds for one record: exact where it is an integer.
package enum ColumnValue: Sendable, Equatable {
  /// An integer, exact.
  case integer(Int)
  /// Any other number.
  case number(Double)

  /// The value as a real number, rounded where it is too large to be one exactly.
  package var real: Double {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    }
  }

  /// Whether it is other than 0.
  package var isTrue: Bool { real != 0 }
}

extension Column {
  /// The value of each record, of whatever type; nil where a record has not exactly one.
  package var values: [ColumnValue]? {
    guard recordShape.reduce(1, *) == 1 else { return nil }
    return switch type {
    case .bool, .u8: bytes.map { .integer(Int($0)) }
    case .i8: bytes.map { .integer(Int(Int8(bitPattern: $0))) }
    case .u16: words(UInt16.self).map { .integer(Int($0)) }
    case .i16: words(Int16.self).map { .integer(Int($0)) }
    case .u32: words(UInt32.self).map { .integer(Int($0)) }
    case .i32: words(Int32.self).map { .integer(Int($0)) }
    case .u64: words(UInt64.self).map { word in Int(exactly: word).map(ColumnValue.integer) ?? .number(Double(word)) }
    case .i64: words(Int64.self).map { .integer(Int($0)) }
    case .f16: words(UInt16.self).map { .number(Double(Float16(bitPattern: $0))) }
    case .bf16: words(UInt16.self).map { .number(Double(Float(bitPattern: UInt32($0) << 16))) }
    case .f32: words(UInt32.self).map { .number(Double(Float(bitPattern: $0))) }
    case .f64: words(UInt64.self).map { .number(Double(bitPattern: $0)) }
    }
  }

  private func words<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> [Word] {
    var words = [Word](repeating: 0, count: bytes.count / MemoryLayout<Word>.stride)
    words.withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    return words.map(Word.init(littleEndian:))
  }
}

/// How a picture in [0, 1] becomes one of 256 levels.
package enum Quantization: String, Sendable, CaseIterable {
  /// To the nearest level: no bias.
  case nearest
  /// Down to the next level, as the official code does: costs half a level a pass.
  case truncate

  /// The level of a value in [0, 1].
  package func level(_ value: Float) -> UInt8 {
    UInt8(clamping: Int(self == .nearest ? (value * 255).rounded() : (value * 255).rounded(.towardZero)))
  }
}

extension Column {
  /// Pictures as levels of 0 to 255, those in [0, 1] rounded to the nearest. Precondition: U8 or F32.
  package var levels: [UInt8] { type == .u8 ? bytes : floats.map(Quantization.nearest.level) }

  /// Pictures in [0, 1], levels divided by 255. Precondition: U8 or F32.
  package var unitValues: [Float] { type == .u8 ? bytes.map { Float($0) / 255 } : floats }
}
