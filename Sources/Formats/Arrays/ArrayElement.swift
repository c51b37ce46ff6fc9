/// How an array file writes one element.
struct ArrayElement: Equatable {
  enum Kind { case unsigned, signed, float }

  let kind: Kind
  let byteCount: Int
  let isBigEndian: Bool

  /// Whether the elements are bytes from 0 to 255.
  var isByte: Bool { kind == .unsigned && byteCount == 1 }

  /// Words for messages, such as `float64`.
  var title: String {
    let name =
      switch kind {
      case .unsigned: "uint"
      case .signed: "int"
      case .float: "float"
      }
    return "\(name)\(byteCount * 8)"
  }

  /// The elements as integers, nil for a value beyond `Int`. Precondition: they are of an integer kind.
  func integers(_ bytes: ArraySlice<UInt8>) -> [Int?] {
    precondition(kind != .float, "\(title) has no conversion to integers")
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

  /// The elements as single precision numbers. Precondition: they are of the kind float, of 2, 4 or 8 bytes.
  func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
    precondition(kind == .float && [2, 4, 8].contains(byteCount), "\(title) has no conversion to float32")
    return switch byteCount {
    case 2: words(bytes, of: UInt16.self).map { Float(Float16(bitPattern: $0)) }
    case 4: words(bytes, of: UInt32.self).map { Float(bitPattern: $0) }
    default: words(bytes, of: UInt64.self).map { Float(Double(bitPattern: $0)) }
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
