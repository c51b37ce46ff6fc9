import Records

/// A Python pickle, taken apart without doing what it says: names of functions stay names, calls stay calls.
///
/// Objects lie in one list and refer to each other by their places, so that neither depth nor cycles can hurt.
struct Pickle {
  /// What a pickle's stack holds.
  enum Value: Equatable {
    case nothing
    case truth(Bool)
    case integer(Int)
    /// Where the UTF-8 bytes lie in the file.
    case text(Range<Int>)
    /// Where the bytes lie in the file.
    case bytes(Range<Int>)
    /// A module and a name in it, with a space between.
    case global(String)
    /// A place in `objects`.
    case object(Int)
    /// Something else that no array needs, such as a float.
    case other
  }

  /// Something with parts.
  struct Object: Equatable {
    enum Kind { case tuple, list, dictionary, call, persistent }

    let kind: Kind
    /// Of a call: the function and the arguments.
    var items: [Value] = []
    /// What was set on it by key, keys and values in turn.
    var entries: [Value] = []
    /// What it was told of its inside.
    var state: Value?
  }

  /// Why a pickle is refused, in words that follow the file's name.
  struct Fault: Error {
    let words: String
  }

  private(set) var root = Value.nothing
  private(set) var objects: [Object] = []
  /// Where the file goes on behind the pickle.
  private(set) var place: Int
  /// The mapped file that the pickle lies in.
  let file: SpoolFile

  private let end: Int
  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]

  /// What a list of 100,000 arrays takes.
  private static let mostOperations = 1 << 22

  /// Reads the pickle that begins where the range does.
  init(parsing file: SpoolFile, _ range: Range<Int>) throws(Fault) {
    self.file = file
    (place, end) = (range.lowerBound, range.upperBound)
    for _ in 0..<Self.mostOperations {
      let operation = UInt8(try number(1))
      if operation == UInt8(ascii: ".") {
        root = try pop()
        return
      }
      try run(operation)
    }
    throw Fault(words: "the pickle has more than \(Self.mostOperations) operations")
  }

  /// The words of a text that may be a name; nil for anything else.
  func text(_ value: Value) -> String? {
    let longest = 1 << 12
    switch value {
    // Python 2 has one type for both.
    case .text(let range) where range.count <= longest, .bytes(let range) where range.count <= longest:
      return String(decoding: file.bytes(range), as: UTF8.self)
    default: return nil
    }
  }

  /// The parts of a tuple; nil for anything else.
  func tuple(_ value: Value) -> [Value]? {
    guard case .object(let index) = value, objects[index].kind == .tuple else { return nil }
    return objects[index].items
  }

  /// Whether a value is a dictionary that holds something.
  func isFilledDictionary(_ value: Value) -> Bool {
    guard case .object(let index) = value else { return false }
    return objects[index].kind == .dictionary && !objects[index].entries.isEmpty
  }

  /// The numbers of a tuple of integers; nil for anything else.
  func integers(_ value: Value) -> [Int]? {
    guard let items = tuple(value) else { return nil }
    let numbers = items.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    return numbers.count == items.count ? numbers : nil
  }

  /// A call's function and arguments; nil for anything else.
  func call(_ value: Value) -> (function: String, arguments: [Value], object: Object)? {
    guard case .object(let index) = value, objects[index].kind == .call,
      case .global(let name) = objects[index].items[0],
      let arguments = tuple(objects[index].items[1])
    else { return nil }
    return (name, arguments, objects[index])
  }
}

extension Pickle {
  private mutating func run(_ operation: UInt8) throws(Fault) {
    switch Character(UnicodeScalar(operation)) {
    case "\u{80}": _ = try next(1)
    case "\u{95}": _ = try next(8)
    case "(": marks.append(stack.count)
    case "0": _ = try pop()
    case "1": _ = try popToMark()
    case "2": stack.append(try top())
    case "N": stack.append(.nothing)
    case "\u{88}", "\u{89}": stack.append(.truth(operation == 0x88))
    case "J": stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case "K": stack.append(.integer(try number(1)))
    case "M": stack.append(.integer(try number(2)))
    case "\u{8A}": stack.append(try longInteger(width: 1))
    case "\u{8B}": stack.append(try longInteger(width: 4))
    case "G":
      _ = try next(8)
      stack.append(.other)
    case "X": stack.append(.text(try counted(4)))
    case "\u{8C}": stack.append(.text(try counted(1)))
    case "\u{8D}": stack.append(.text(try counted(8)))
    case "B", "T": stack.append(.bytes(try counted(4)))
    case "C", "U": stack.append(.bytes(try counted(1)))
    case "\u{8E}", "\u{96}": stack.append(.bytes(try counted(8)))
    case "c": stack.append(.global(try line() + " " + line()))
    case "\u{93}": try stackGlobal()
    case "q": memo[try number(1)] = try top()
    case "r": memo[try number(4)] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "h": stack.append(try remembered(try number(1)))
    case "j": stack.append(try remembered(try number(4)))
    default: try runOnObjects(operation)
    }
  }

  private mutating func runOnObjects(_ operation: UInt8) throws(Fault) {
    switch Character(UnicodeScalar(operation)) {
    case ")": push(Object(kind: .tuple))
    case "t": push(Object(kind: .tuple, items: try popToMark()))
    case "\u{85}", "\u{86}", "\u{87}": push(Object(kind: .tuple, items: try pop(Int(operation) - 0x84)))
    // Sets are lists here.
    case "]", "\u{8F}": push(Object(kind: .list))
    case "\u{91}": push(Object(kind: .list, items: try popToMark()))
    case "l": push(Object(kind: .list, items: try popToMark()))
    case "a", "e", "\u{90}":
      let items = operation == UInt8(ascii: "a") ? try pop(1) : try popToMark()
      try change { $0.items += items }
    case "}": push(Object(kind: .dictionary))
    case "d": push(Object(kind: .dictionary, entries: try popToMark()))
    case "s", "u":
      let entries = operation == UInt8(ascii: "s") ? try pop(2) : try popToMark()
      try change { $0.entries += entries }
    case "R", "\u{81}": push(Object(kind: .call, items: try pop(2)))
    case "b":
      let state = try pop()
      try change { $0.state = state }
    case "Q": push(Object(kind: .persistent, items: try pop(1)))
    case "\u{97}", "\u{98}":
      throw Fault(words: "the pickle keeps its arrays in buffers outside of it; save it without buffer_callback")
    default:
      throw Fault(words: "the pickle has the operation \(operation) at byte \(place - 1), which no array needs")
    }
  }

  private mutating func push(_ object: Object) {
    stack.append(.object(objects.count))
    objects.append(object)
  }

  private mutating func change(_ body: (inout Object) -> Void) throws(Fault) {
    guard case .object(let index) = try top() else { throw damaged() }
    body(&objects[index])
  }

  private func top() throws(Fault) -> Value {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw damaged() }
    return value
  }

  private mutating func pop() throws(Fault) -> Value {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(Fault) -> [Value] {
    guard stack.count - (marks.last ?? 0) >= count else { throw damaged() }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(Fault) -> [Value] {
    guard let mark = marks.popLast() else { throw damaged() }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private func remembered(_ index: Int) throws(Fault) -> Value {
    guard let value = memo[index] else { throw damaged() }
    return value
  }

  private mutating func stackGlobal() throws(Fault) {
    let names = try pop(2)
    guard let module = text(names[0]), let name = text(names[1]) else { throw damaged() }
    stack.append(.global(module + " " + name))
  }

  private mutating func longInteger(width: Int) throws(Fault) -> Value {
    let digits = try next(try number(width))
    guard digits.count <= 8 else { return .other }
    let negative = digits.last.map { $0 >= 0x80 } ?? false
    return .integer(digits.reversed().reduce(negative ? -1 : 0) { $0 << 8 | Int($1) })
  }

  private mutating func line() throws(Fault) -> String {
    let longest = 256
    let start = file.bytes(place..<min(end, place + longest))
    guard let length = start.firstIndex(of: UInt8(ascii: "\n")) else { throw damaged() }
    defer { place += length + 1 }
    return String(decoding: start[..<length], as: UTF8.self)
  }

  /// The place of bytes behind their own number.
  private mutating func counted(_ width: Int) throws(Fault) -> Range<Int> {
    let count = try number(width)
    guard count >= 0, count <= end - place else { throw damaged() }
    defer { place += count }
    return place..<place + count
  }

  private mutating func number(_ width: Int) throws(Fault) -> Int {
    try next(width).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func next(_ count: Int) throws(Fault) -> [UInt8] {
    guard count >= 0, count <= end - place else { throw damaged() }
    defer { place += count }
    return file.bytes(place..<place + count)
  }

  private func damaged() -> Fault { Fault(words: "the pickle is damaged at byte \(place)") }
}
