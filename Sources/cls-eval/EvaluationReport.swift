import Classification
import CommandSupport
import Records

extension Evaluation {
  /// The report for people: accuracy and loss, then a line a class, then the confusion of classes.
  var table: String {
    var lines = ["records \(count)  accuracy \(percent(accuracy))  loss \((meanLoss ?? .nan).fixed(4))", ""]
    let names = confusion.indices.map(name)
    let width = max(5, names.map(\.count).max() ?? 0)
    lines.append("class".padded(to: width) + "  records  accuracy")
    for (label, row) in confusion.enumerated() {
      let total = "\(row.reduce(0, +))"
      lines.append(
        names[label].padded(to: width) + total.padded(toRight: 9) + percent(classAccuracies[label]).padded(toRight: 10))
    }
    // Beyond this a table of pairs no longer fits a screen; the JSON form has it all.
    if confusion.count <= 20 { lines += ["", "label \\ predicted"] + confusionRows(names, width) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as one JSON object.
  var json: String {
    let perClass = confusion.indices.map { label -> JSON in
      [
        "name": .string(name(label)), "records": .integer(confusion[label].reduce(0, +)),
        "accuracy": classAccuracies[label].map { .number($0) } ?? .null,
      ]
    }
    let object: JSON = [
      "records": .integer(count), "accuracy": .number(accuracy ?? .nan), "loss": .number(meanLoss ?? .nan),
      "classes": .array(perClass), "confusion": .array(confusion.map { .array($0.map { .integer($0) }) }),
    ]
    return object.text + "\n"
  }

  private func confusionRows(_ names: [String], _ width: Int) -> [String] {
    let cell = max(4, (confusion.joined().max() ?? 0).description.count + 1)
    let head = " ".padded(to: width) + confusion.indices.map { "\($0)".padded(toRight: cell) }.joined()
    return [head] + confusion.enumerated().map { label, row in
      names[label].padded(to: width) + row.map { "\($0)".padded(toRight: cell) }.joined()
    }
  }

  private func name(_ label: Int) -> String {
    guard let classNames, classNames.indices.contains(label) else { return "\(label)" }
    return classNames[label]
  }

  private func percent(_ share: Double?) -> String { share.map { "\((100 * $0).fixed(2)) %" } ?? "-" }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  fileprivate func padded(toRight width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
