import Records

/// How an array file writes one element.
struct ArrayElement: Equatable {
  enum Kind { case unsigned, signed, float, brainFloat }

  let kind: Kind
  let byteCount: Int
  var isBigEndian = false

  /// Whether the elements are bytes from 0 to 255.
  var isByte: Bool { kind == .unsigned && byteCount == 1 }
  /// Whether the elements are whole numbers by their type.
  var isInteger: Bool { kind == .unsigned || kind == .signed }

  /// Words for messages, such as `float64`.
  var title: String {
    let name =
      switch kind {
      case .unsigned: "uint"
      case .signed: "int"
      case .float: "float"
      case .brainFloat: "bfloat"
      }
    return "\(name)\(byteCount * 8)"
  }

  /// The elements as integers, nil for a value beyond `Int`. Precondition: they are of an integer kind.
  func integers(_ bytes: ArraySlice<UInt8>) -> [Int?] {
    precondition(isInteger, "\(title) has no conversion to integers")
    return switch (kind, byteCount) {
    case (.signed, 1): words(bytes, of: Int8.self).map(Int.init(exactly:))
    case (.signed, 2): words(bytes, of: Int16.self).map(Int.init(exactly:))
    case (.signed, 4): words(bytes, of: Int32.self).map(Int.init(exactly:))
    case (.signed, _): words(bytes, of: Int64.self).map(Int.init(exactly:))
    case (_, 1): words(bytes, of: UInt8.self).map(Int.init(exactly:))
    case (_, 2): words(bytes, of: UInt16.self).map(Int.init(exactly:))
    case (_, 4): words(bytes, of: UInt32.self).map(Int.init(exactly:))
    default: words(bytes, of: UInt64.self).map(Int.init(exactly:))
    }
  }

  /// The elements of any kind as single precision numbers.
  func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
    switch (kind, byteCount) {
    case (.float, 2): words(bytes, of: UInt16.self).map { Float(Float16(bitPattern: $0)) }
    case (.float, 4): words(bytes, of: UInt32.self).map { Float(bitPattern: $0) }
    case (.float, _): words(bytes, of: UInt64.self).map { Float(Double(bitPattern: $0)) }
    case (.brainFloat, _): words(bytes, of: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    // Integers beyond `Int` are far beyond any picture too.
    default: integers(bytes).map { $0.map { Float($0) } ?? .infinity }
    }
  }

  /// The elements as words of their width in the machine's order.
  private func words<Word: FixedWidthInteger & BitwiseCopyable>(_ bytes: ArraySlice<UInt8>, of: Word.Type) -> [Word] {
    precondition(Word.bitWidth == byteCount * 8, "\(title) does not have the width of a word")
    var words = [Word](repeating: 0, count: bytes.count / byteCount)
    words.withUnsafeMutableBytes { $0.copyBytes(from: bytes.prefix($0.count)) }
    return words.map { isBigEndian ? Word(bigEndian: $0) : Word(littleEndian: $0) }
  }
}

extension ArrayElement {
  /// The element that safetensors names so; nil for truth values, which are no numbers.
  init?(_ type: ElementType) {
    let kind: Kind
    switch type {
    case .bool: return nil
    case .u8, .u16, .u32, .u64: kind = .unsigned
    case .i8, .i16, .i32, .i64: kind = .signed
    case .f16, .f32, .f64: kind = .float
    case .bf16: kind = .brainFloat
    }
    self.init(kind: kind, byteCount: type.byteCount)
  }
}
