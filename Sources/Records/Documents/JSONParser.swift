import OrderedCollections

extension JSON {
  /// The value that a text holds.
  ///
  /// Stricter than common decoders: a name given twice in one object, a lone surrogate, text that is no UTF-8, a number
  /// beyond `Double` and nesting deeper than 64 are faults.
  /// - Throws: `JSONError`.
  package init(parsing text: String) throws {
    try self.init(parsing: Array(text.utf8))
  }

  /// The value that the bytes of a text in UTF-8 hold: see `init(parsing:)` for a string.
  package init(parsing bytes: [UInt8]) throws {
    var parser = JSONParser(bytes)
    self = try parser.document()
  }
}

/// What is wrong with a JSON text, with the place.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}

/// A parser by recursive descent over bytes.
private struct JSONParser {
  private static let deepest = 64

  private let bytes: [UInt8]
  private var place = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws -> JSON {
    let value = try self.value()
    skipSpace()
    guard place == bytes.count else { throw fault("something follows the JSON value") }
    return value
  }

  private mutating func value() throws -> JSON {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try nested { try $0.members() })
    case UInt8(ascii: "["): return .array(try nested { try $0.elements() })
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested<Value>(_ body: (inout Self) throws -> Value) throws -> Value {
    guard depth < Self.deepest else { throw fault("JSON nested deeper than \(Self.deepest)") }
    depth += 1
    place += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func members() throws -> OrderedDictionary<String, JSON> {
    var members: OrderedDictionary<String, JSON> = [:]
    skipSpace()
    if take("}") { return members }
    repeat {
      skipSpace()
      let name = try string()
      skipSpace()
      guard take(":") else { throw fault("expected ':' in JSON") }
      guard members.updateValue(try value(), forKey: name) == nil else {
        throw fault("the name \(name.quoted) stands twice in one JSON object")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw fault("expected ',' or '}' in JSON") }
    return members
  }

  private mutating func elements() throws -> [JSON] {
    var elements: [JSON] = []
    skipSpace()
    if take("]") { return elements }
    repeat {
      elements.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw fault("expected ',' or ']' in JSON") }
    return elements
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws -> JSON {
    let letters = word.withUTF8Buffer { Array($0) }
    guard bytes[place...].starts(with: letters) else { throw fault("expected a JSON value") }
    place += letters.count
    return value
  }

  private mutating func number() throws -> JSON {
    let start = place
    _ = take("-")
    let hasLeadingZero = current == UInt8(ascii: "0")
    let wholeDigits = digits()
    guard wholeDigits > 0, !hasLeadingZero || wholeDigits == 1 else { throw fault("expected a JSON value", at: start) }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard digits() > 0 else { throw fault("expected digits after '.' in JSON") }
    }
    if take("e") || take("E") {
      isWhole = false
      _ = take("+") || take("-")
      guard digits() > 0 else { throw fault("expected digits in an exponent in JSON") }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw fault("the number \(text.quoted) is too large", at: start)
    }
    return .number(number)
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    return place - start
  }

  private mutating func string() throws -> String {
    let start = place
    guard take("\"") else { throw fault("expected a string in JSON") }
    var content: [UInt8] = []
    while let byte = current {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: content, as: UTF8.self) else {
          throw fault("a JSON string is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"): try escape(into: &content)
      case ..<32: throw fault("a control character in a JSON string", at: place - 1)
      default: content.append(byte)
      }
    }
    throw fault("a JSON string does not end", at: start)
  }

  private mutating func escape(into content: inout [UInt8]) throws {
    guard let letter = current else { throw fault("a JSON string does not end") }
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
    case UInt8(ascii: "b"): content.append(8)
    case UInt8(ascii: "t"): content.append(9)
    case UInt8(ascii: "n"): content.append(10)
    case UInt8(ascii: "f"): content.append(12)
    case UInt8(ascii: "r"): content.append(13)
    case UInt8(ascii: "u"): content += String(Character(try escapedScalar())).utf8
    default: throw fault("an unknown escape in a JSON string", at: place - 2)
    }
  }

  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let start = place - 2
    var code = try fourDigits()
    if 0xD800..<0xDC00 ~= code {
      guard take("\\"), take("u") else { throw fault("half a surrogate pair in a JSON string", at: start) }
      let low = try fourDigits()
      guard 0xDC00..<0xE000 ~= low else { throw fault("half a surrogate pair in a JSON string", at: start) }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair in a JSON string", at: start) }
    return scalar
  }

  private mutating func fourDigits() throws -> UInt32 {
    let start = place
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("expected four hexadecimal digits in a JSON string", at: start)
      }
      code = code << 4 | UInt32(digit)
      place += 1
    }
    return code
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 32 || byte == 9 || byte == 10 || byte == 13 { place += 1 }
  }

  private func fault(_ words: String, at place: Int? = nil) -> JSONError {
    JSONError(description: "\(words) (character \(place ?? self.place))")
  }
}
