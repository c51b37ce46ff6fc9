import Testing

@testable import Records

@Suite struct JSONTests {
  private static let values: [(String, JSON)] = [
    ("{}", .object([:])), (" [ ] ", []), ("null", .null), ("-0", 0), ("-12", -12), ("1.5e3", 1500.0),
    ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    (#"{"a":[true,false,{"b":""}],"c":"\u00e9\ud834\udd1e\n\/"}"#, ["a": [true, false, ["b": ""]], "c": "é𝄞\n/"]),
  ]

  @Test func valuesAreRead() throws {
    for (text, value) in Self.values {
      #expect(try JSON(parsing: text) == value)
      #expect(try JSON(parsing: value.text) == value)
    }
  }

  @Test(arguments: [
    ("", "expected a JSON value"), ("{", "expected a string"), (#"{"a"}"#, "expected ':'"), (#"{"a":1"#, "',' or '}'"),
    (#"{"a":1,}"#, "expected a string"), ("[1", "',' or ']'"), ("[1,]", "expected a JSON value"), ("01", "JSON value"),
    ("1.", "digits after '.'"), ("1e", "exponent"), ("1e999", "too large"), ("tru", "JSON value"), ("1 2", "follows"),
    (#"{"a":1,"b":2,"a":3}"#, #"the name "a" stands twice"#), (#"{"a":1,"\u0061":3}"#, "stands twice"),
    (#""\ud834""#, "surrogate"), (#""\udd1e\ud834""#, "surrogate"), (#""\ud834\u0041""#, "surrogate"),
    (#""\u12g4""#, "hexadecimal"), (#""\x""#, "unknown escape"), (#""abc"#, "does not end"), ("\"a\nb\"", "control"),
    ("+1", "JSON value"), ("NaN", "JSON value"), ("'a'", "JSON value"), (#"{a:1}"#, "string"),
  ])
  func faultsAreNamed(text: String, words: String) {
    let fault = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
  }

  @Test func textThatIsNotUTF8IsAFault() {
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3]] {
      #expect(throws: JSONError.self) { try JSON(parsing: [0x22] + bytes + [0x22]) }
    }
  }

  @Test func deepNestingIsAFaultAndNoOverflowOfTheStack() throws {
    let nest = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try JSON(parsing: nest(64))
    for depth in [65, 1_000_000] { #expect(throws: JSONError.self) { try JSON(parsing: nest(depth)) } }
    let objects = String(repeating: #"{"a":"#, count: 1_000_000)
    #expect(throws: JSONError.self) { try JSON(parsing: objects) }
  }

  @Test func everyCharacterSurvives() throws {
    let scalars = (0..<0x300).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{FFFF}", "\u{10FFFF}"]
    var string = ""
    string.unicodeScalars.append(contentsOf: scalars)
    #expect(try JSON(parsing: JSON.string(string).text) == .string(string))
  }

  @Test func numbersSurvive() throws {
    for number in [0.1, -0.0, 1e300, Double.leastNonzeroMagnitude, 1e16, 123_456_789.125, .pi] {
      #expect(try JSON(parsing: JSON.number(number).text).number == number)
    }
    #expect(JSON.number(.nan).text == "null" && JSON.number(.infinity).text == "null")
  }

  @Test func namesFromFilesCannotSteerATerminal() {
    #expect("a\u{1B}[2J\u{202E}b".quoted == #""a\u{1b}[2J\u{202e}b""#)
    #expect(String(repeating: "x", count: 81).quoted == "\"" + String(repeating: "x", count: 80) + "…\"")
  }
}
