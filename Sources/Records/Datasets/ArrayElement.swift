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
    let name = switch kind {
    case .unsigned: "uint"
    case .signed: "int"
    case .float: "float"
    }
    return "\(name)\(byteCount * 8)"
  }

  /// The elements as integers, nil for a value beyond `Int`. Precondition: they are of an integer kind.
  func integers(_ bytes: ArraySlice<UInt8>) -> [Int?] {
    precondition(kind != .float, "\(title) has no conversion to integers")
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: byteCount).map { start in
      let word = word(bytes, at: start)
      guard kind == .signed else { return Int(exactly: word) }
      let unused = 64 - byteCount * 8
      return Int(Int64(bitPattern: word << unused) >> unused)
    }
  }

  /// The elements as single precision numbers. Precondition: they are float32 or float64.
  func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
    precondition(kind == .float && (byteCount == 4 || byteCount == 8), "\(title) has no conversion to float32")
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: byteCount).map { start in
      let word = word(bytes, at: start)
      return byteCount == 4 ? Float(bitPattern: UInt32(word)) : Float(Double(bitPattern: word))
    }
  }

  @inline(__always)
  private func word(_ bytes: ArraySlice<UInt8>, at start: Int) -> UInt64 {
    var word: UInt64 = 0
    for place in 0..<byteCount {
      word = word << 8 | UInt64(bytes[isBigEndian ? start + place : start + byteCount - 1 - place])
    }
    return word
  }
}
