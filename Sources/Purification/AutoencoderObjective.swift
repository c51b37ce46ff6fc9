import Compute
import Models
import Training

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The loss of an autoencoder of the D-VAE family (METHODS 6.2c) over draws from its latent.
package struct AutoencoderObjective: TrainingObjective {
  package let model: VariationalAutoencoder
  package var module: any Module { model }
  package var memory: (any ObjectiveMemory)? { divergenceTarget }
  private let divergenceTarget: DivergenceTarget
  private let seed: UInt64

  /// The objective of a model.
  ///
  /// - Parameters:
  ///   - divergenceTarget: k of the loss.
  ///   - seed: of the latent's draws.
  package init(_ model: VariationalAutoencoder, divergenceTarget: DivergenceTarget, seed: UInt64) {
    (self.model, self.divergenceTarget, self.seed) = (model, divergenceTarget, seed)
  }

  /// The loss, and with it the PSNR of x̂ in dB, the mean l2 norm of p̂ and the KL in nats a cell, as far as the model has
  /// them.
  package func loss(_ x: Tensor, of batch: TrainingBatch, at step: TrainingStep) -> TrainingLoss {
    let latent = model.encode(x, training: true)
    let noise = NormalNumbers(seed: seed, purpose: "latent", records: batch.ids, step: step.number)
    let code = model.code(latent, noise: .normal(noise))
    let reconstruction = model.reconstruct(code)
    let perturbation = model.perturbation(code, of: latent, labels: batch.labels)
    let loss = AutoencoderLoss(
      x: x, reconstruction: reconstruction, perturbation: perturbation, latent: latent,
      divergenceTarget: divergenceTarget.nats, divergenceWeight: divergenceTarget.weight, epoch: step.epoch)
    return TrainingLoss(loss.total, figures: figures(loss, perturbation))
  }

  package func answers(_ x: Tensor, labels: [Int], ids: [Int]) -> [Tensor] {
    let noise = NormalNumbers(seed: seed, purpose: "answer", records: ids)
    let latent = model.encode(x, training: false)
    let code = model.code(latent, noise: .normal(noise))
    return [model.reconstruct(code), model.perturbation(code, of: latent, labels: labels)].compactMap { $0 }
  }

  private func figures(_ loss: AutoencoderLoss, _ perturbation: Tensor?) -> [Figure] {
    var figures = [
      Figure("loss", Double(loss.total.scalar), .fixed(5)),
      Figure("PSNR", peakSignalToNoise(Double(loss.reconstructionError.scalar)), .fixed(2), unit: "dB"),
    ]
    if let perturbation {
      let norm = perturbation.batchMean(perturbation.recordNorms.map(Double.init))
      figures.append(Figure("perturbation", norm, .fixed(3)))
    }
    if let divergence = loss.divergence { figures.append(Figure("KLD", Double(divergence.scalar), .fixed(3))) }
    if divergenceTarget.isSearched { figures.append(Figure("KLD target", Double(divergenceTarget.nats), .fixed(3))) }
    return figures
  }
}

/// The recipes for training an autoencoder, by name.
package enum AutoencoderRecipe: String, Sendable, CaseIterable {
  /// The paper's (METHODS 6.2d).
  case published
  /// Small batches: the same PSNR after a fraction of the pictures, which on a CPU is a fraction of the time.
  case fast

  /// What the name stands for.
  package var recipe: Recipe {
    switch self {
    case .published: return Recipe(epochs: 60, batch: 128, learningRate: 0.005, optimization: .adam())
    case .fast:
      var recipe = Recipe(epochs: 15, batch: 4, learningRate: 0.002, optimization: .adam())
      recipe.warmUp.length = .epochs(2)
      return recipe
    }
  }
}

/// The peak signal-to-noise ratio in dB of a mean squared error on the unit scale, −10·log₁₀(error) (METHODS 7.6).
package func peakSignalToNoise(_ meanSquaredError: Double) -> Double {
  -10 * log10(meanSquaredError)
}
