import Compute
import Models
import Training

/// One training step of a classifier after another: forward, cross-entropy, backward, clipping and SGD (METHODS 3).
package final class ClassifierStep {
  /// The norm to which all gradients together are clipped.
  package static let maximumGradientNorm: Float = 5
  /// Of the stochastic gradient descent.
  package static let momentum: Float = 0.9

  /// The model in training.
  package let model: ResNet18
  private let parameters: [Parameter]
  private let optimizer: SGD
  private let gradientNorm: Float

  /// A training of the given model that has taken no step; with a norm that is infinite nothing is clipped.
  package init(_ model: ResNet18, weightDecay: Float = 5e-4, gradientNorm: Float = ClassifierStep.maximumGradientNorm) {
    self.model = model
    self.gradientNorm = gradientNorm
    parameters = model.allParameters
    optimizer = SGD(parameters, momentum: Self.momentum, weightDecay: weightDecay)
  }

  /// What the training changes.
  package var state: TrainingState { TrainingState(model: model, optimizer: optimizer) }

  /// Takes one step on pictures x [N, H, W, C], a constant tensor of the tape, with a label each.
  ///
  /// - Parameter rate: a learning rate in place of the step's own.
  /// - Returns: the step's loss in nats and its accuracy in percent.
  /// - Throws: a software failure where the loss or the gradients are no longer numbers.
  package func callAsFunction(
    _ x: Tensor, tape: Tape, labels: [Int], at step: TrainingLoop.Step, rate: Float? = nil
  ) throws -> [Figure] {
    let logits = model(x, training: true)
    let loss = crossEntropy(logits, labels: labels)
    let hits = zip(logits.largestColumns, labels).count { $0 == $1 }
    let figures = [
      Figure("loss", Double(loss.scalar), .fixed(4)),
      Figure("accuracy", 100 * Double(hits) / Double(labels.count), .fixed(2), unit: "%"),
    ]
    try TrainingLoop.update(
      parameters, loss: loss, tape: tape, maximumNorm: gradientNorm, at: step
    ) {
      optimizer.step(learningRate: rate ?? step.rate)
    }
    return figures
  }
}
