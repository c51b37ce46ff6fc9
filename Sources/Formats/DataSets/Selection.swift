import Records

/// Which records of a data set go on. What is asked of it in the order of the properties.
package struct Selection: Sendable {
  /// Keep these classes only, each named by its name or, failing that, its number. They are numbered anew, in the
  /// order given here.
  package var classes: [String]?
  /// Leave out this many of the records kept so far.
  package var offset: Int
  /// Take at most this many.
  package var limit: Int?

  /// All records, unless told otherwise. Precondition: neither number is negative.
  package init(classes: [String]? = nil, offset: Int = 0, limit: Int? = nil) {
    precondition(offset >= 0 && (limit ?? 0) >= 0, "a selection counts from 0 up")
    self.classes = classes
    self.offset = offset
    self.limit = limit
  }
}

/// A selection at work on a data set whose classes are known.
struct Choice {
  /// Names of the classes that go on.
  let classes: [String]?
  private let numbers: [Int: Int]?
  private var skipping: Int
  private var remaining: Int?

  /// - Throws: `Failure` (usage) for a class that the data set does not have, or that is named twice.
  init(_ selection: Selection, among classes: [String]?) throws {
    skipping = selection.offset
    remaining = selection.limit
    guard let wanted = selection.classes else {
      self.classes = classes
      numbers = nil
      return
    }
    guard !wanted.isEmpty else { throw Failure(.usage, "--classes needs at least one class") }
    var numbers: [Int: Int] = [:]
    for word in wanted {
      let number = try Self.number(of: word, among: classes)
      guard numbers.updateValue(numbers.count, forKey: number) == nil else {
        throw Failure(.usage, "--classes names class \(number) twice, the second time as \(word.quoted)")
      }
    }
    self.numbers = numbers
    self.classes = try wanted.map { word in
      let number = try Self.number(of: word, among: classes)
      return classes?[number] ?? String(number)
    }
  }

  /// Whether all that was asked for has been taken.
  var isComplete: Bool { remaining == 0 }

  /// Decides on the data set's next record: the label it goes on with, or nil when it is left out.
  mutating func admit(_ label: Int) -> Int? {
    guard !isComplete else { return nil }
    var kept = label
    if let numbers {
      guard let number = numbers[label] else { return nil }
      kept = number
    }
    if skipping > 0 {
      skipping -= 1
      return nil
    }
    remaining = remaining.map { $0 - 1 }
    return kept
  }

  /// Takes back the admission of a record that turned out unusable, so that another may take its place.
  mutating func withdraw() {
    remaining = remaining.map { $0 + 1 }
  }

  private static func number(of word: String, among classes: [String]?) throws -> Int {
    if let place = classes?.firstIndex(of: word) { return place }
    if let number = Int(word), number >= 0, number < classes?.count ?? .max { return number }
    guard let classes else {
      throw Failure(.usage, "--classes: \(word.quoted) is no class number, and this data set has no class names")
    }
    let some = classes.prefix(20).joined(separator: ", ").printable + (classes.count > 20 ? ", …" : "")
    throw Failure(
      .usage, "--classes: there is no class \(word.quoted); the classes are \(some) (or 0 to \(classes.count - 1))")
  }
}
