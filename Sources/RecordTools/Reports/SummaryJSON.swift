import OrderedCollections
import Records

extension StreamSummary {
  /// The summary for a program to read: one object.
  ///
  /// - Parameter name: what the file is called.
  package func json(name: String) -> JSON {
    var object: OrderedDictionary<String, JSON> = ["file": .string(name)]
    switch self {
    case .records(let summary): object.merge(summary.members) { $1 }
    case .model(let model): object.merge(model.members) { $1 }
    case .checkpoint(let checkpoint): object.merge(checkpoint.members) { $1 }
    }
    return .object(object)
  }
}

extension RecordSummary {
  fileprivate var members: OrderedDictionary<String, JSON> {
    var members: OrderedDictionary<String, JSON> = [
      "kind": "images", "records": .integer(records), "frames": .integer(frames),
      "columns": .object(columns.mapValues(\.json)),
    ]
    if let classes { members["classes"] = .array(classes.map(JSON.string)) }
    if columns["label"] != nil {
      let counts = labels.sorted { $0.key < $1.key }.map { (String($0.key), JSON.integer($0.value)) }
      members["labels"] = .object(OrderedDictionary(uniqueKeysWithValues: counts))
    }
    for (name, count) in marks { members[name] = .integer(count) }
    members["history"] = .array(history.map(\.json))
    return members
  }
}

extension RecordSummary.ColumnSummary {
  fileprivate var json: JSON {
    let shapes = shapes.map { shape, count -> JSON in
      ["shape": .array(shape.map(JSON.integer)), "records": .integer(count)]
    }
    return ["type": .string(type.rawValue), "shapes": .array(shapes)]
  }
}

extension ModelDocument {
  fileprivate var members: OrderedDictionary<String, JSON> {
    var members: OrderedDictionary<String, JSON> = [
      "kind": "model", "arch": .string(arch), "parameters": .integer(parameterCount), "digest": .string(digest),
      "config": sortedObject(config),
    ]
    if let classes { members["classes"] = .array(classes.map(JSON.string)) }
    members["tensors"] = tensorObject(tensors)
    members["history"] = .array(history.map(\.json))
    return members
  }
}

extension CheckpointDocument {
  fileprivate var members: OrderedDictionary<String, JSON> {
    [
      "kind": "checkpoint", "tool": .string(training.tool), "version": .string(training.version),
      "arch": .string(training.arch), "epoch": .integer(position.epoch + 1), "step": .integer(position.step),
      "config": sortedObject(training.config), "data": sortedObject(training.data), "tensors": tensorObject(tensors),
    ]
  }
}

private func sortedObject(_ values: [String: JSON]) -> JSON {
  .object(OrderedDictionary(uniqueKeysWithValues: values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
}

private func tensorObject(_ tensors: OrderedDictionary<String, Column>) -> JSON {
  .object(
    tensors.mapValues { ["type": .string($0.type.rawValue), "shape": .array($0.shape.map(JSON.integer))] })
}
