import Detection
import RecordTools
import Records

extension DetectionReport {
  /// The report for people.
  var table: String {
    var text = "records \(records)  flagged \(flagged) (\(percent(Double(flagged), of: Double(records))))\n"
    for words in [pictureGroups?.words, scoreGroups?.words] { text += words.map { $0 + "\n" } ?? "" }
    var table = TextTable([.left, .right, .right, .right])
    table.add(["class", "records", "flagged", "share"])
    for (label, count) in classes.enumerated() {
      table.add([
        name(label), "\(count.records)", "\(count.flagged)", percent(Double(count.flagged), of: Double(count.records)),
      ])
    }
    text += "\n" + table.text()
    guard let figures else { return text }
    func share(_ value: Double?) -> String { value.map { "\((100 * $0).fixed(2)) %" } ?? "-" }
    text += "\nagainst the column poisoned\n"
    text +=
      "accuracy \(share(figures.accuracy))  recall \(share(figures.recall))  precision \(share(figures.precision))  "
    text += "F1 \(figures.f1?.fixed(4) ?? "-")  AUROC \(areaUnderCurve?.fixed(4) ?? "-")\n"
    return text
  }

  /// The report as one JSON object.
  var json: String {
    let perClass = classes.enumerated().map { label, count -> JSON in
      ["name": .string(name(label)), "records": .integer(count.records), "flagged": .integer(count.flagged)]
    }
    var object: JSON = [
      "records": .integer(records), "flagged": .integer(flagged), "classes": .array(perClass),
      "threshold": scoreGroups?.json ?? .null, "pictures": pictureGroups?.json ?? .null,
      "truth": figures.map { $0.json(areaUnderCurve) } ?? .null,
    ]
    if let verdict, case .object(var members) = object {
      members["verdict"] = verdict.json
      object = .object(members)
    }
    return object.text + "\n"
  }

  private func name(_ label: Int) -> String {
    guard let classNames, classNames.indices.contains(label) else { return "\(label)" }
    return classNames[label]
  }
}

private func percent(_ part: Double, of whole: Double) -> String {
  whole > 0 ? "\((100 * part / whole).fixed(2)) %" : "-"
}

extension PictureGroups {
  fileprivate var words: String {
    let what =
      switch view {
      case .coefficients: "what pictures of a class have in common"
      case .bands: "the power of pictures in bands of frequency"
      }
    let apart =
      "by \(what), two groups lie \(distance.fixed(2)) deviations apart, and the classifier knows "
      + "\((100 * advantage).fixed(1)) points more of the upper one's labels"
    return areDistinct
      ? "found without ground truth: \(apart); the upper one holds \(percent(upperShare, of: 1))"
      : "pictures are one group: \(apart), where \(Self.smallestDistance.fixed(1)) and "
        + "\((100 * Self.smallestAdvantage).fixed(0)) would count"
        + (upperShare < leastShare
          ? "; the upper one holds \(percent(upperShare, of: 1)), less than the \(percent(leastShare, of: 1)) that look poisoned"
          : "")
  }

  fileprivate var json: JSON {
    [
      "groups": .integer(areDistinct ? 2 : 1), "by": .string(view.rawValue), "distance": .number(distance),
      "advantage": .number(advantage), "upper_share": .number(upperShare),
    ]
  }
}

extension ScoreGroups {
  fileprivate var words: String {
    guard let cut, let mixture else {
      return "threshold found without ground truth: the scores are one group, which lies on the side of "
        + (mean > 0 ? "certainty: all records are flagged" : "doubt: no record is flagged")
    }
    return "threshold found without ground truth: log-odds \(cut.fixed(3)), between groups around "
      + "\(mixture.lower.mean.fixed(2)) (\(percent(mixture.lower.weight, of: 1))) and "
      + "\(mixture.upper.mean.fixed(2)) (\(percent(mixture.upper.weight, of: 1)))"
  }

  fileprivate var json: JSON {
    [
      "log_odds": cut.map { .number($0) } ?? .null, "groups": .integer(cut == nil ? 1 : 2),
      "upper_share": .number(upperShare), "mean": .number(mean),
    ]
  }
}

extension DetectionFigures {
  fileprivate func json(_ areaUnderCurve: Double?) -> JSON {
    func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }
    return [
      "true_positives": .integer(truePositives), "false_positives": .integer(falsePositives),
      "false_negatives": .integer(falseNegatives), "true_negatives": .integer(trueNegatives),
      "accuracy": number(accuracy), "recall": number(recall), "precision": number(precision), "f1": number(f1),
      "auroc": number(areaUnderCurve),
    ]
  }
}
