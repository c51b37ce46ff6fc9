import Compute
import Models

/// Cross-entropy of a classifier's logits and the labels (METHODS 3).
package struct ClassifierObjective: TrainingObjective {
  package let model: any Classifier
  package var module: any Module { model }

  /// The objective of a classifier.
  package init(_ model: any Classifier) { self.model = model }

  /// The loss in nats, and the step's accuracy in percent.
  package func loss(_ x: Tensor, labels: [Int], ids: [Int], at step: TrainingStep) -> TrainingLoss {
    let logits = model(x, training: true)
    let loss = crossEntropy(logits, labels: labels)
    let hits = zip(logits.argmax, labels).map { $0 == $1 ? 1.0 : 0 }
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
  /// The standard recipe of classifiers (METHODS 3): stochastic gradient descent with momentum 0.9 and weight decay 5e-4.
  package static func classifier(epochs: Int, batch: Int = 128, learningRate: Float = 0.1) -> Recipe {
    Recipe(
      epochs: epochs, batch: batch, learningRate: learningRate,
      optimization: .sgd(momentum: 0.9, weightDecay: 5e-4))
  }
}
