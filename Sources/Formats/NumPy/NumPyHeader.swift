import Records

/// What an `.npy` file's header says: a Python dictionary of exactly `descr`, `fortran_order` and `shape`.
struct NumPyHeader: Equatable {
  let element: ArrayElement
  let isFortranOrder: Bool
  let shape: [Int]

  /// Why a header is refused, in words that follow the file's name.
  struct Fault: Error {
    let words: String
  }

  /// Reads the dictionary, the spaces that pad it and the line feed that ends it.
  init(parsing bytes: [UInt8]) throws(Fault) {
    var scanner = Scanner(bytes: bytes)
    var type: String?
    var order: Bool?
    var shape: [Int]?
    try scanner.expect("{")
    while !scanner.skip("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr" where type == nil: type = try scanner.typeName()
      case "fortran_order" where order == nil: order = try scanner.truth()
      case "shape" where shape == nil: shape = try scanner.tuple()
      default:
        throw Fault(words: "the .npy header has the key \(key.quoted) \(Self.isKnown(key) ? "twice" : "too many")")
      }
      guard scanner.skip(",") else {
        try scanner.expect("}")
        break
      }
    }
    try scanner.end()
    guard let type, let order, let shape else {
      throw Fault(words: "the .npy header lacks one of descr, fortran_order and shape")
    }
    element = try Self.element(type)
    isFortranOrder = order
    self.shape = shape
  }

  private static func isKnown(_ key: String) -> Bool {
    ["descr", "fortran_order", "shape"].contains(key)
  }

  /// The element that NumPy names so, such as `<f4`.
  static func element(_ type: String) throws(Fault) -> ArrayElement {
    let parts = Array(type)
    let kinds: [Character: ArrayElement.Kind] = ["u": .unsigned, "i": .signed, "f": .float]
    let byteCounts: [Character: Int] = ["1": 1, "2": 2, "4": 4, "8": 8]
    guard parts.count == 3, ["<", ">", "|", "="].contains(parts[0]), let kind = kinds[parts[1]],
      let byteCount = byteCounts[parts[2]], kind != .float || byteCount > 1
    else {
      throw Fault(words: "arrays of NumPy's type \(type.quoted) are not read; \(advice(on: parts))")
    }
    return ArrayElement(kind: kind, byteCount: byteCount, isBigEndian: parts[0] == ">")
  }
}

extension NumPyHeader {
  /// What to save in place of an array of another type, given by its letters.
  private static func advice(on type: [Character]) -> String {
    if type.last == "O" { return "these are Python objects: save their arrays with numpy.savez" }
    guard type.count > 1, ["U", "S"].contains(type[1]) else { return "integers and floats are" }
    return "this is text: of labels save numpy.unique(labels, return_inverse=True)[1]"
  }
}

/// Steps through the few forms of Python's literals that such a header has.
private struct Scanner {
  let bytes: [UInt8]
  private var place = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(NumPyHeader.Fault) {
    guard skip(character) else { throw fault(String(character).quoted) }
  }

  /// A quoted string of plain ASCII without escapes.
  mutating func string() throws(NumPyHeader.Fault) -> String {
    skipSpaces()
    guard place < bytes.count, bytes[place] == UInt8(ascii: "'") || bytes[place] == UInt8(ascii: "\"") else {
      throw fault("a quoted word")
    }
    let quote = bytes[place]
    guard let end = bytes[(place + 1)...].firstIndex(of: quote) else { throw fault("a closed quotation") }
    let text = bytes[place + 1..<end]
    guard text.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      throw fault("plain words")
    }
    place = end + 1
    return String(decoding: text, as: UTF8.self)
  }

  mutating func typeName() throws(NumPyHeader.Fault) -> String {
    if skip("[") { throw NumPyHeader.Fault(words: "structured .npy arrays are not read; save one plain array a file") }
    return try string()
  }

  mutating func truth() throws(NumPyHeader.Fault) -> Bool {
    skipSpaces()
    for (word, value) in [("True", true), ("False", false)] where bytes[place...].starts(with: word.utf8) {
      place += word.utf8.count
      return value
    }
    throw fault("True or False")
  }

  /// A tuple of numbers; one alone has a comma behind it.
  mutating func tuple() throws(NumPyHeader.Fault) -> [Int] {
    try expect("(")
    var numbers: [Int] = []
    while !skip(")") {
      numbers.append(try number())
      if skip(",") { continue }
      guard numbers.count > 1, skip(")") else { throw fault(",".quoted) }
      break
    }
    return numbers
  }

  private mutating func number() throws(NumPyHeader.Fault) -> Int {
    skipSpaces()
    let digits = bytes[place...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw fault("a number of 0 to \(Int.max)") }
    place += digits.count
    // Python 2 wrote an L behind some numbers.
    if place < bytes.count, bytes[place] == UInt8(ascii: "L") { place += 1 }
    return number
  }

  mutating func end() throws(NumPyHeader.Fault) {
    skipSpaces()
    guard place == bytes.count - 1, bytes[place] == UInt8(ascii: "\n") else { throw fault("spaces and a line feed") }
  }

  private mutating func skipSpaces() {
    while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
  }

  private func fault(_ expected: String) -> NumPyHeader.Fault {
    NumPyHeader.Fault(words: "the .npy header is damaged: \(expected) expected at its byte \(place)")
  }
}
