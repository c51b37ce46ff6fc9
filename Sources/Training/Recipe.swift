import Records

/// How long a model is trained and with which steps.
package struct Recipe: Sendable, Equatable {
  /// Passes over the set.
  package var epochs: Int
  /// Records a step.
  package var batch: Int
  /// The optimiser's highest learning rate, from which it falls along half a cosine.
  package var learningRate: Float
  /// Epochs over which the learning rate rises, step by step, to where the half cosine is.
  package var warmUp: Int

  /// A recipe of the given numbers.
  package init(epochs: Int, batch: Int, learningRate: Float, warmUp: Int = 0) {
    (self.epochs, self.batch, self.learningRate, self.warmUp) = (epochs, batch, learningRate, warmUp)
  }

  /// The recipe as a trained model's configuration tells it.
  package func record(of spool: Spool) -> [String: JSON] {
    [
      "epochs": .integer(epochs), "batch": .integer(min(batch, spool.count)),
      "learning_rate": .float(learningRate), "warm_up": .integer(warmUp), "records": .integer(spool.count),
    ]
  }
}
