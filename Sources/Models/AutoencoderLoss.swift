import Compute

/// The training loss of the D-VAE family (PAPER Eq. 14 and Eq. 3, with the official code's details, METHODS 6.2c):
///
///     loss = MSE(x̂, x) + MSE(clamp(x̂ + p̂, 0, 1), x) + w·max(KL, k) [+ max(mean p̂², 0.002)]
///
/// The published w is 0.01 where k > 0.99, else 0.5. The last term joins from the twelfth epoch on. A plain VAE has no p̂ and an
/// autoencoder no KL; their terms are left out.
package struct AutoencoderLoss {
  /// The mean square of p̂ that costs nothing: 2.48 in l2 norm for a picture of 3·32·32 elements.
  package static let freePerturbation: Float = 0.002
  /// The first epoch, from 0, that has the perturbation's term.
  package static let firstPenalizedEpoch = 11

  /// The published weight w of the divergence, for a target k of so many nats a cell.
  package static func publishedWeight(for divergenceTarget: Float) -> Float { divergenceTarget > 0.99 ? 0.01 : 0.5 }

  /// MSE(x̂, x), a scalar.
  package let reconstructionError: Tensor
  /// KL in nats a cell, a scalar; nil for the plain autoencoder.
  package let divergence: Tensor?
  /// The mean of p̂², a scalar; nil without a perturbation decoder.
  package let perturbationPower: Tensor?
  /// The sum that training makes small.
  package let total: Tensor

  /// The loss of a model's outputs for pictures x, of one shape with x̂ and p̂.
  ///
  /// - Parameters:
  ///   - divergenceTarget: k, the nats a cell below which the divergence costs nothing.
  ///   - divergenceWeight: w.
  ///   - epoch: counted from 0.
  package init(
    x: Tensor, reconstruction: Tensor, perturbation: Tensor?, latent: VariationalAutoencoder.Latent,
    divergenceTarget: Float, divergenceWeight: Float, epoch: Int
  ) {
    reconstructionError = meanSquaredError(reconstruction, x)
    var total = reconstructionError
    if let perturbation {
      total = add(total, clampedResidualError(reconstruction: reconstruction, perturbation: perturbation, target: x))
    }
    divergence = latent.logVariance.map { klDivergence(mean: latent.mean, logVariance: $0) }
    if let divergence {
      total = add(total, scaled(atLeast(divergence, divergenceTarget), by: divergenceWeight))
    }
    perturbationPower = perturbation.map(meanSquare)
    if let perturbationPower, epoch >= Self.firstPenalizedEpoch {
      total = add(total, atLeast(perturbationPower, Self.freePerturbation))
    }
    self.total = total
  }
}
