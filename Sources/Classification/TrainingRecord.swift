import Records

extension ClassifierFit.Options {
  /// How a model was trained, as its document's configuration tells it.
  public func record(of spool: Spool) -> [String: JSON] {
    [
      "epochs": .integer(epochs), "batch": .integer(min(batch, spool.count)),
      "learning_rate": .number(Double(learningRate)), "augmented": .bool(augments), "seed": .string("\(seed)"),
      "records": .integer(spool.count), "height": .integer(spool.imageShape[1]),
      "image_width": .integer(spool.imageShape[2]),
    ]
  }
}
