import OrderedCollections
import Records

extension StreamSummary {
  /// The summary for a person to read.
  ///
  /// - Parameter name: what the file is called.
  package func text(name: String) -> String {
    switch self {
    case .records(let summary): summary.text(name: name.printable)
    case .model(let model): model.text(name: name.printable)
    case .checkpoint(let checkpoint): checkpoint.text(name: name.printable)
    }
  }
}

extension RecordSummary {
  fileprivate func text(name: String) -> String {
    "\(name): \(counted(records, "record")) in \(counted(frames, "frame"))\n"
      + section("columns", columnTable) + section("classes", classTable)
      + section("history", historyTable(history))
  }

  private var columnTable: TextTable {
    var table = TextTable([.left, .left, .left, .left])
    for (name, column) in columns {
      for (shape, count) in column.shapes {
        let share = column.shapes.count > 1 ? counted(count, "record") : ""
        let marked = marks[name].map { "\($0) of \(records)" } ?? share
        table.add([name, column.type.rawValue, shapeWords(shape), marked])
      }
    }
    return table
  }

  private var classTable: TextTable {
    var table = TextTable([.right, .left, .right])
    // Of names that no record bears it matters that there are none.
    for label in Set(labels.keys).union(classes?.indices ?? 0..<0).sorted() {
      table.add(["\(label)", classes?[label] ?? "", "\(labels[label, default: 0])"])
    }
    return table
  }
}

extension ModelDocument {
  fileprivate func text(name: String) -> String {
    "\(name): a model, \(arch.printable), \(counted(parameterCount, "parameter")), \(digest)\n"
      + section("config", valueTable(config)) + section("classes", nameTable(classes ?? []))
      + section("tensors", tensorTable(tensors)) + section("history", historyTable(history))
  }

  /// Numbers that training adjusts: all elements but those of running statistics.
  var parameterCount: Int {
    tensors.reduce(0) { sum, tensor in
      let isStatistic = ["running_mean", "running_var", "num_batches_tracked"].contains {
        tensor.key == $0 || tensor.key.hasSuffix(".\($0)")
      }
      return isStatistic ? sum : sum + tensor.value.shape.reduce(1, *)
    }
  }
}

extension CheckpointDocument {
  fileprivate func text(name: String) -> String {
    "\(name): a checkpoint of \(training.tool.printable) \(training.version.printable), "
      + "\(training.arch.printable), after \(position.words)\n"
      + section("config", valueTable(training.config)) + section("trained on", valueTable(training.data))
      + section("tensors", tensorTable(tensors))
  }
}

private func nameTable(_ names: [String]) -> TextTable {
  var table = TextTable([.right, .left])
  for (number, name) in names.enumerated() { table.add(["\(number)", name]) }
  return table
}

private func valueTable(_ values: [String: JSON]) -> TextTable {
  var table = TextTable([.left, .left])
  for (key, value) in values.sorted(by: { $0.key < $1.key }) { table.add([key, value.string ?? value.text]) }
  return table
}

private func tensorTable(_ tensors: OrderedDictionary<String, Column>) -> TextTable {
  var table = TextTable([.left, .left, .left])
  for (name, tensor) in tensors { table.add([name, tensor.type.rawValue, shapeWords(tensor.shape)]) }
  return table
}

private func section(_ title: String, _ table: TextTable) -> String {
  let lines = table.text(indent: 2)
  return lines.isEmpty ? "" : "\(title)\n\(lines)"
}

private func historyTable(_ history: [HistoryEntry]) -> TextTable {
  var table = TextTable([.right, .left, .left, .left])
  for (index, entry) in history.enumerated() {
    table.add(["\(index + 1)", entry.version, entry.command, entry.models?.joined(separator: " ") ?? ""])
  }
  return table
}

private func shapeWords(_ shape: [Int]) -> String {
  shape.isEmpty ? "-" : shape.map(String.init).joined(separator: "x")
}
