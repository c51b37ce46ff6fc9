import Records

extension AutoencoderFit.Options {
  /// How a model was trained, as its document's configuration tells it.
  public func record(of spool: Spool) -> [String: JSON] {
    [
      "kld": .number(Double(divergenceTarget)), "epochs": .integer(epochs), "batch": .integer(min(batch, spool.count)),
      "learning_rate": .number(Double(learningRate)), "seed": .string("\(seed)"), "records": .integer(spool.count),
    ]
  }
}
