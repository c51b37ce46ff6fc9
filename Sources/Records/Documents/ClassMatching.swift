/// What the labels of records are to a model, whose outputs are numbered by the classes of its own records.
///
/// Where both name their classes, classes of one name are the same, whatever their numbers. Otherwise numbers are all
/// there is.
package final class ClassMatching {
  /// Classes of the model.
  package let count: Int
  /// Their names, where the model has them.
  package let names: [String]?
  private let note: (String) -> Void
  /// The names of the records matched last, and by their labels the model's numbers: nil for each that it does not know,
  /// and for all where labels are the model's numbers.
  private var matched: (names: [String]?, numbers: [Int?]?)?

  /// The matching of a model's classes.
  ///
  /// - Parameters:
  ///   - names: of the model's first classes; nil where it names none.
  ///   - note: told once in words, where records are matched otherwise than by names in one order.
  package init(count: Int, names: [String]? = nil, note: @escaping (String) -> Void = { _ in }) {
    (self.count, self.names, self.note) = (count, names, note)
  }

  /// The names of the model's classes, or else of the records': what a report by the model's numbers names them.
  package func names(besides records: [String]?) -> [String]? { names ?? records }

  /// The labels of records by the model's numbers.
  ///
  /// - Parameters:
  ///   - classes: the names that the records' stream gives its classes.
  ///   - rows: the records that the model is to treat; nil for all. What is given for others means nothing.
  ///   - failure: turns words about a record into a failure that says where it stands.
  /// - Throws: that failure for a class that the model does not know, and one about the first record where names cannot be
  ///   matched.
  package func numbers(
    _ labels: [Int], of classes: [String]?, rows: [Int]? = nil, failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> [Int] {
    let numbers = try self.numbers(of: classes, failure)
    var found = labels
    for row in rows ?? Array(labels.indices) {
      let label = labels[row]
      guard let numbers else {
        guard (0..<count).contains(label) else {
          throw failure(row, "label \(label) is not one of the model's \(count) classes")
        }
        continue
      }
      guard let classes, classes.indices.contains(label), let number = numbers[label] else {
        let name = classes.flatMap { $0.indices.contains(label) ? $0[label] : nil }
        throw failure(
          row, "the model does not know its class \(name?.quoted ?? "\(label)"); it knows \(Self.list(names ?? []))")
      }
      found[row] = number
    }
    return found
  }

  private func numbers(
    of classes: [String]?, _ failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> [Int?]? {
    if let matched, matched.names == classes { return matched.numbers }
    let numbers = try match(classes, failure)
    matched = (classes, numbers)
    return numbers
  }

  private func match(
    _ classes: [String]?, _ failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> [Int?]? {
    guard let names, let classes else {
      // Where neither has names there are none that numbers could contradict.
      let silent =
        classes.map { "the model does not name its \(count) classes, the records name \(Self.list($0))" }
        ?? names.map { "the records do not name their classes, the model knows \(Self.list($0))" }
      if let silent { note("note: \(silent): labels are taken for the model's numbers") }
      return nil
    }
    if classes == names { return nil }
    for list in [names, classes] {
      guard let twice = list.indices.first(where: { list[..<$0].contains(list[$0]) }) else { continue }
      throw failure(
        0,
        "two classes are called \(list[twice].quoted), so that those of the records and the model's cannot be matched")
    }
    let numbers = classes.map { names.firstIndex(of: $0) }
    note(
      "note: the model was trained on the classes \(Self.list(names)), the records name \(Self.list(classes)): "
        + "they are matched by name")
    return numbers
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).map(\.printable).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
  }
}
