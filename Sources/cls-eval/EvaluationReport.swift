import Classification
import CommandSupport
import Records

extension Evaluation {
  /// The report for people: accuracy and loss, then a line a class, then the confusion of classes.
  var table: String {
    let summary = "records \(count)  accuracy \(percent(accuracy))  loss \((meanLoss ?? .nan).fixed(4))\n"
    var classes = TextTable([.left, .right, .right])
    classes.add(["class", "records", "accuracy"])
    for (label, accuracy) in classAccuracies.enumerated() {
      classes.add([name(label), "\(confusion[label].reduce(0, +))", percent(accuracy)])
    }
    // Beyond this a table of pairs no longer fits a screen; the JSON form has it all.
    let pairs = confusion.count <= 20 ? "\nlabel \\ predicted\n" + confusionTable.text() : ""
    return summary + "\n" + classes.text() + pairs
  }

  /// The same as one JSON object.
  var json: String {
    let perClass = classAccuracies.enumerated().map { label, accuracy -> JSON in
      [
        "name": .string(name(label)), "records": .integer(confusion[label].reduce(0, +)),
        "accuracy": accuracy.map { .number($0) } ?? .null,
      ]
    }
    let object: JSON = [
      "records": .integer(count), "accuracy": .number(accuracy ?? .nan), "loss": .number(meanLoss ?? .nan),
      "classes": .array(perClass), "confusion": .array(confusion.map { .array($0.map { .integer($0) }) }),
    ]
    return object.text + "\n"
  }

  private var confusionTable: TextTable {
    var table = TextTable([.left] + confusion.map { _ in .right })
    table.add([""] + confusion.indices.map { "\($0)" })
    for (label, row) in confusion.enumerated() { table.add([name(label)] + row.map { "\($0)" }) }
    return table
  }

  private func name(_ label: Int) -> String {
    guard let classNames, classNames.indices.contains(label) else { return "\(label)" }
    return classNames[label]
  }

  private func percent(_ share: Double?) -> String { share.map { "\((100 * $0).fixed(2)) %" } ?? "-" }
}
