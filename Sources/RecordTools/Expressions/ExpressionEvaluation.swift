import Records

extension Expression {
  /// Which records of a batch meet the condition.
  ///
  /// - Throws: `Failure`, without a place: of kind `data` where a column is missing or holds more than a number a record,
  ///   of kind `usage` where a class bears no such name.
  package func matches(_ batch: ImageBatch) throws -> [Bool] {
    try Self.values(of: root, in: batch).map(\.isTrue)
  }

  private static func values(of node: Node, in batch: ImageBatch) throws -> [ColumnValue] {
    switch node {
    case .number(let value): [ColumnValue](repeating: value, count: batch.count)
    case .column(let name): try column(name, of: batch)
    case .className(let name):
      [ColumnValue](repeating: .integer(try number(ofClass: name, in: batch)), count: batch.count)
    case .comparison(let comparison, let left, let right):
      try zip(values(of: left, in: batch), values(of: right, in: batch)).map { .truth($0.compared(comparison, to: $1)) }
    case .all(let nodes): try combined(nodes, in: batch) { $0 && $1 }
    case .any(let nodes): try combined(nodes, in: batch) { $0 || $1 }
    case .not(let inner): try values(of: inner, in: batch).map { .truth(!$0.isTrue) }
    }
  }

  private static func combined(
    _ nodes: [Node], in batch: ImageBatch, _ operation: (Bool, Bool) -> Bool
  ) throws -> [ColumnValue] {
    // All are worked out, so that a missing column is named whatever the records hold.
    let columns = try nodes.map { try values(of: $0, in: batch) }
    return (0..<batch.count).map { row in
      .truth(columns.dropFirst().reduce(columns[0][row].isTrue) { operation($0, $1[row].isTrue) })
    }
  }

  private static func column(_ name: String, of batch: ImageBatch) throws -> [ColumnValue] {
    guard let column = batch.columns[name] else {
      let names = batch.columns.keys.joined(separator: ", ").printable
      let hint = batch.classes?.contains(name) == true ? "; for the class of that name write '\(name)', in quotes" : ""
      throw Failure(.data, "the condition asks for the column \(name.quoted); these records have \(names)\(hint)")
    }
    guard let values = column.values else {
      throw Failure(
        .data,
        "the condition asks for the column \(name.quoted), which holds \(column.recordShape) values a record, not one")
    }
    return values
  }

  private static func number(ofClass name: String, in batch: ImageBatch) throws -> Int {
    guard let classes = batch.classes else {
      throw Failure(
        .usage, "the condition asks for the class \(name.quoted), but these records do not name their classes")
    }
    let numbers = classes.indices.filter { classes[$0] == name }
    guard let number = numbers.first else {
      let some = classes.prefix(20).joined(separator: ", ").printable + (classes.count > 20 ? ", …" : "")
      throw Failure(.usage, "there is no class \(name.quoted); the classes are \(some)")
    }
    guard numbers.count == 1 else {
      throw Failure(.usage, "the classes \(numbers) are all called \(name.quoted); compare label with a number")
    }
    return number
  }
}

extension ColumnValue {
  /// Whether the comparison holds, by integers where both are, and else by real numbers.
  func compared(_ comparison: Expression.Comparison, to other: ColumnValue) -> Bool {
    if case .integer(let left) = self, case .integer(let right) = other { return comparison.holds(left, right) }
    return comparison.holds(real, other.real)
  }

  fileprivate static func truth(_ truth: Bool) -> ColumnValue { .integer(truth ? 1 : 0) }
}

extension Expression.Comparison {
  fileprivate func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
    switch self {
    case .equal: left == right
    case .unequal: left != right
    case .atMost: left <= right
    case .atLeast: left >= right
    case .below: left < right
    case .above: left > right
    }
  }
}
