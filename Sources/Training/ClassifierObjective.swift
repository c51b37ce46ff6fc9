import Compute
import Models

/// Cross-entropy of a classifier's logits and the labels (METHODS 3).
package struct ClassifierObjective: TrainingObjective {
  package let model: any Classifier
  package var module: any Module { model }

  private let seed: UInt64

  /// The objective of a classifier.
  ///
  /// - Parameter seed: of its dropout.
  package init(_ model: any Classifier, seed: UInt64) { (self.model, self.seed) = (model, seed) }

  /// The loss in nats, and the step's accuracy in percent; of mixed pictures either label counts its share.
  package func loss(_ x: Tensor, of batch: TrainingBatch, at step: TrainingStep) -> TrainingLoss {
    var features = model.features(x, training: true)
    if model.dropout > 0 {
      features = dropout(features, rate: model.dropout, seed: seed, ids: batch.ids, step: step.number)
    }
    let logits = model.logits(features)
    let loss = crossEntropy(logits, labels: batch.labels, mixture: batch.mixture)
    let hits = logits.argmax.enumerated().map { record, answer in
      let share = batch.mixture.map { Double($0.shares[record]) } ?? 1
      return (answer == batch.labels[record] ? share : 0)
        + (answer == batch.mixture?.labels[record] ? 1 - share : 0)
    }
    return TrainingLoss(
      loss,
      figures: [
        Figure("loss", Double(loss.scalar), .fixed(4)),
        Figure("accuracy", 100 * x.batchMean(hits), .fixed(2), unit: "%"),
      ])
  }

  package func answers(_ x: Tensor, labels: [Int], ids: [Int]) -> [Tensor] { [model(x, training: false)] }
}

extension Recipe {
  /// The standard recipe of classifiers (METHODS 3): stochastic gradient descent with momentum 0.9 and weight decay
  /// 5e-4.
  package static func classifier(epochs: Int, batch: Int = 128, learningRate: Float = 0.1) -> Recipe {
    Recipe(
      epochs: epochs, batch: batch, learningRate: learningRate,
      optimization: .sgd(momentum: 0.9, weightDecay: 5e-4))
  }
}
