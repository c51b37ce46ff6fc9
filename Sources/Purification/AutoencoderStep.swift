import Compute
import Models
import Random
import Training

/// One training step of an autoencoder after another: forward, loss, backward, clipping and Adam (METHODS 6.2d).
package final class AutoencoderStep {
  /// The norm to which all gradients together are clipped.
  package static let maximumGradientNorm: Float = 5

  /// The model in training.
  package let model: VariationalAutoencoder
  private let divergenceTarget: Float
  private let seed: UInt64
  private let parameters: [Parameter]
  private let optimizer: Adam

  /// A training of the given model that has taken no step.
  ///
  /// - Parameters:
  ///   - divergenceTarget: k of the loss, in nats a cell.
  ///   - seed: of the latent's draws.
  package init(_ model: VariationalAutoencoder, divergenceTarget: Float, seed: UInt64) {
    self.model = model
    self.divergenceTarget = divergenceTarget
    self.seed = seed
    parameters = model.allParameters
    optimizer = Adam(parameters)
  }

  /// What the training changes.
  package var state: TrainingState { TrainingState(model: model, optimizer: optimizer) }

  /// Takes one step on pictures x [N, H, W, C], a constant tensor of the tape, with a label and an id each.
  ///
  /// - Returns: the step's loss, PSNR of x̂ in dB, mean l2 norm of p̂ and KL in nats a cell, as far as the model has them.
  /// - Throws: a software failure where the loss or the gradients are no longer numbers.
  package func callAsFunction(
    _ x: Tensor, tape: Tape, labels: [Int], ids: [Int], at step: TrainingLoop.Step
  ) throws -> [Figure] {
    let latent = model.encode(x, training: true)
    let noise = NormalNumbers(seed: seed, purpose: "latent", records: ids, step: step.number)
    let code = model.code(latent, noise: .normal(noise))
    let reconstruction = model.reconstruct(code)
    let perturbation = model.perturbation(code, labels: labels)
    let loss = AutoencoderLoss(
      x: x, reconstruction: reconstruction, perturbation: perturbation, latent: latent,
      divergenceTarget: divergenceTarget, epoch: step.epoch)
    let figures = Self.figures(loss, perturbation)
    try TrainingLoop.update(
      parameters, loss: loss.total, tape: tape, maximumNorm: Self.maximumGradientNorm, at: step
    ) {
      optimizer.step(learningRate: step.rate)
    }
    return figures
  }

  private static func figures(_ loss: AutoencoderLoss, _ perturbation: Tensor?) -> [Figure] {
    var figures = [
      Figure("loss", Double(loss.total.scalar), .fixed(5)),
      Figure("PSNR", peakSignalToNoise(Double(loss.reconstructionError.scalar)), .fixed(2), unit: "dB"),
    ]
    if let perturbation {
      let norms = perturbation.recordNorms
      figures.append(Figure("perturbation", norms.reduce(0) { $0 + Double($1) } / Double(norms.count), .fixed(3)))
    }
    if let divergence = loss.divergence { figures.append(Figure("KLD", Double(divergence.scalar), .fixed(3))) }
    return figures
  }
}
