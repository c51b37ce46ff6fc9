import Classification
import CommandSupport
import RecordTools
import Records

extension Evaluation {
  /// The report for people: accuracy and loss, then a line a class, then the confusion of classes.
  var table: String {
    let summary = "records \(count)  accuracy \(percent(accuracy))  loss \((meanLoss ?? .nan).fixed(4))\n"
    var classes = TextTable([.left, .right, .right])
    classes.add(["class", "records", "accuracy"])
    for (label, accuracy) in classAccuracies.enumerated() {
      classes.add([name(label), "\(count(of: label))", percent(accuracy)])
    }
    // Beyond this a table of pairs no longer fits a screen; the JSON form has it all.
    let pairs = self.classes <= 20 ? "\nlabel \\ predicted\n" + confusionTable.text() : ""
    return summary + "\n" + classes.text() + pairs
  }

  /// The same as one JSON object in pieces: of many classes the confusion is long.
  ///
  /// - Throws: what `write` throws, which is given each piece.
  func writeJSON(_ write: (String) throws -> Void) throws {
    let perClass = classAccuracies.enumerated().map { label, accuracy -> JSON in
      [
        "name": .string(name(label)), "records": .integer(count(of: label)),
        "accuracy": accuracy.map { .number($0) } ?? .null,
      ]
    }
    let object: JSON = [
      "records": .integer(count), "accuracy": .number(accuracy ?? .nan), "loss": .number(meanLoss ?? .nan),
      "classes": .array(perClass),
    ]
    try write("\(object.text.dropLast()),\"confusion\":[")
    for label in 0..<self.classes {
      let row: JSON = .array(predictions(of: label).map { .integer($0) })
      try write((label == 0 ? "" : ",") + row.text)
    }
    try write("]}\n")
  }

  private var confusionTable: TextTable {
    var table = TextTable([.left] + (0..<classes).map { _ in .right })
    table.add([""] + (0..<classes).map { "\($0)" })
    for label in 0..<classes { table.add([name(label)] + predictions(of: label).map { "\($0)" }) }
    return table
  }

  private func name(_ label: Int) -> String {
    guard let classNames, classNames.indices.contains(label) else { return "\(label)" }
    return classNames[label]
  }

  private func percent(_ share: Double?) -> String { share.map { "\((100 * $0).fixed(2)) %" } ?? "-" }
}
