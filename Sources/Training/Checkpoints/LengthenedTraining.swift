import Records

/// A training that came to its end and goes on for more epochs, at the learning rates that these have in a training of that
/// length. It is not the training that had so many epochs from the first, so that checkpoint and model tell the lengths that it
/// came to its end with before. They tell the warm-up that it had: a longer one, as longer trainings have by default, makes no
/// difference where it would have been over too.
extension CheckpointDocument {
  static let earlierKey = "earlier_epochs"
  static let warmUpKey = "warm_up"

  /// What the training at hand is as the continuation of this one, and how it differs from it, in words; nil where it does not.
  func continued(by training: Training) -> (training: Training, difference: String?) {
    let config = self.training.config
    var earlier = config[Self.earlierKey]?.array ?? []
    guard let there = config["epochs"]?.integer, let here = training.config["epochs"]?.integer else {
      return (training, self.training.difference(from: training))
    }
    if here > there, isFinished { earlier.append(.integer(there)) }
    var continued = earlier.isEmpty ? training : training.with([Self.earlierKey: .array(earlier)])
    if let done = earlier.compactMap(\.integer).max(), let rise = continued.config[Self.warmUpKey]?.integer,
      rise <= done,
      let had = config[Self.warmUpKey]
    {
      continued = continued.with([Self.warmUpKey: had])
    }
    guard here > there, isFinished else { return (continued, self.training.difference(from: continued)) }
    let expected = self.training.with([Self.earlierKey: .array(earlier), "epochs": .integer(here)])
    return (continued, expected.difference(from: continued))
  }

  /// Whether no step is left of it.
  private var isFinished: Bool {
    let config = training.config
    guard let epochs = config["epochs"]?.integer, let records = config["records"]?.integer,
      let batch = config["batch"]?.integer, batch > 0
    else { return false }
    return position.epoch + 1 == epochs && position.step == records / batch
  }
}

extension CheckpointDocument.Training {
  fileprivate func with(_ changes: [String: JSON]) -> CheckpointDocument.Training {
    .init(tool: tool, version: version, arch: arch, config: config.merging(changes) { $1 }, data: data)
  }
}
