import Records

/// How long a model is trained and with which steps.
public struct Recipe: Sendable, Equatable {
  /// Passes over the set.
  public var epochs: Int
  /// Records a step.
  public var batch: Int
  /// The optimiser's first learning rate; it falls along half a cosine.
  public var learningRate: Float

  /// A recipe of the given numbers.
  public init(epochs: Int, batch: Int, learningRate: Float) {
    (self.epochs, self.batch, self.learningRate) = (epochs, batch, learningRate)
  }

  /// The recipe as a trained model's configuration tells it.
  public func record(of spool: Spool) -> [String: JSON] {
    [
      "epochs": .integer(epochs), "batch": .integer(min(batch, spool.count)),
      "learning_rate": .float(learningRate), "records": .integer(spool.count),
    ]
  }
}
