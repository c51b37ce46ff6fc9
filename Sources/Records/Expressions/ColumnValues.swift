/// A number that a column holds for one record: exact where it is an integer.
enum Value: Sendable, Equatable {
  case integer(Int)
  case number(Double)

  /// The value as a real number, rounded where it is too large to be one exactly.
  var real: Double {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    }
  }

  var isTrue: Bool { real != 0 }

  /// Whether the comparison holds, by integers where both are, and else by real numbers.
  func compared(_ comparison: Expression.Comparison, to other: Value) -> Bool {
    if case .integer(let left) = self, case .integer(let right) = other { return comparison.holds(left, right) }
    return comparison.holds(real, other.real)
  }
}

extension Expression.Comparison {
  fileprivate func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
    switch self {
    case .equal: left == right
    case .unequal: left != right
    case .atMost: left <= right
    case .atLeast: left >= right
    case .below: left < right
    case .above: left > right
    }
  }
}

extension Column {
  /// The value of each record, of whatever type; nil where a record has not exactly one.
  var values: [Value]? {
    guard recordShape.reduce(1, *) == 1 else { return nil }
    return switch type {
    case .bool, .u8: bytes.map { .integer(Int($0)) }
    case .i8: bytes.map { .integer(Int(Int8(bitPattern: $0))) }
    case .u16: words(UInt16.self).map { .integer(Int($0)) }
    case .i16: words(Int16.self).map { .integer(Int($0)) }
    case .u32: words(UInt32.self).map { .integer(Int($0)) }
    case .i32: words(Int32.self).map { .integer(Int($0)) }
    case .u64: words(UInt64.self).map { word in Int(exactly: word).map(Value.integer) ?? .number(Double(word)) }
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
