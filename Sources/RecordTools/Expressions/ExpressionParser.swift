import Records

/// Reads a condition from left to right; each function reads what the grammar of `Expression` calls by its name.
struct ExpressionParser {
  private let text: [Character]
  private var place = 0
  /// How deep the brackets and negations stand around what is read.
  private var depth = 0

  /// Deeper ones are nobody's condition, and each takes its share of the stack.
  private static let deepest = 100

  init(_ text: String) { self.text = Array(text) }

  /// The condition, and nothing after it.
  mutating func whole() throws -> Expression.Node {
    let node = try condition()
    guard place == text.count else { throw expected("&&, || or the end") }
    return node
  }

  private mutating func condition() throws -> Expression.Node {
    var nodes = [try both()]
    while take("||") { nodes.append(try both()) }
    return nodes.count == 1 ? nodes[0] : .any(nodes)
  }

  private mutating func both() throws -> Expression.Node {
    var nodes = [try negation()]
    while take("&&") { nodes.append(try negation()) }
    return nodes.count == 1 ? nodes[0] : .all(nodes)
  }

  private mutating func negation() throws -> Expression.Node {
    if starts("!"), !starts("!="), take("!") { return try nested { parser throws in .not(try parser.negation()) } }
    return try comparison()
  }

  private mutating func comparison() throws -> Expression.Node {
    let left = try operand()
    // The longer signs come first.
    guard let sign = Expression.Comparison.allCases.first(where: { starts($0.rawValue) }) else { return left }
    place += sign.rawValue.count
    return .comparison(sign, left, try operand())
  }

  private mutating func operand() throws -> Expression.Node {
    if take("(") {
      let node = try nested { parser throws in try parser.condition() }
      guard take(")") else { throw expected("&&, || or )") }
      return node
    }
    guard place < text.count else { throw expected("a column, a number or a class name") }
    let first = text[place]
    if first == "'" || first == "\"" { return try className(within: first) }
    if first == "-" || first == "+" || Self.isDigit(first) { return try number() }
    guard Self.isWord(first) else { throw expected("a column, a number or a class name") }
    return .column(word { Self.isWord($0) })
  }

  private mutating func className(within quote: Character) throws -> Expression.Node {
    guard let end = text[(place + 1)...].firstIndex(of: quote) else { throw fault("this quotation is not closed") }
    defer { place = end + 1 }
    return .className(String(text[place + 1..<end]))
  }

  private mutating func number() throws -> Expression.Node {
    let start = place
    // A sign belongs to a number at its beginning and behind the e of a power of ten.
    var previous: Character?
    let digits = word { next in
      defer { previous = next }
      return Self.isWord(next)
        || ((next == "-" || next == "+") && (previous == nil || previous == "e" || previous == "E"))
    }
    if let value = Int(digits) { return .number(.integer(value)) }
    if let value = Double(digits), value.isFinite, !digits.lowercased().contains("x") { return .number(.number(value)) }
    place = start
    throw fault("\(digits.quoted) is no number")
  }

  private mutating func nested(
    _ read: (inout ExpressionParser) throws -> Expression.Node
  ) throws -> Expression.Node {
    guard depth < Self.deepest else {
      throw fault("more than \(Self.deepest) brackets and negations stand within each other")
    }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  private mutating func word(_ belongs: (Character) -> Bool) -> String {
    let start = place
    while place < text.count, belongs(text[place]) { place += 1 }
    return String(text[start..<place])
  }

  /// Whether the sign comes next, behind any spaces, which are passed over.
  private mutating func starts(_ sign: String) -> Bool {
    while place < text.count, text[place].isWhitespace { place += 1 }
    return text[place...].starts(with: sign)
  }

  private mutating func take(_ sign: String) -> Bool {
    guard starts(sign) else { return false }
    place += sign.count
    return true
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  /// Says what should stand here instead of what does.
  private func expected(_ what: String) -> Failure {
    guard place < text.count else { return fault("expected \(what), and it ends") }
    let advice =
      switch text[place] {
      case "=": "; write == to compare"
      case "&": "; write && for both"
      case "|": "; write || for either"
      default: ""
      }
    return fault("expected \(what), found \(String(text[place]).quoted)\(advice)")
  }

  private func fault(_ words: String) -> Failure {
    Failure(.usage, "character \(place + 1) of the condition \(String(text).quoted): \(words)")
  }
}
