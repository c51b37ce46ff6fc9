import Compute
import Models
import Random
import Records
import Training

/// Mixup (Zhang et al., ICLR 2018): every step learns from pictures that are mixed of two, and of both their labels.
///
///     x = λ·xᵢ + (1 − λ)·xⱼ;  loss = λ·(cross-entropy with yᵢ) + (1 − λ)·(cross-entropy with yⱼ)
///
/// λ is uniform in 0 to 1, one a step, and j a random order of the step's records, as its authors have it on CIFAR-10
/// (α = 1).
package struct Mixup: Defence {
  private let seed: UInt64

  /// Mixtures that follow from a seed.
  package init(seed: UInt64) { self.seed = seed }

  package var record: [String: JSON] { ["defence": "mixup"] }

  package func batch(
    _ batch: TrainingBatch, at step: TrainingStep, for model: any Classifier, atOnce records: Int
  ) -> TrainingBatch {
    var random = RandomStream(seed: seed, purpose: "mixup", step: step.number)
    return Self.mixed(batch, share: random.uniform(), order: random.permutation(count: batch.ids.count))
  }

  /// Each picture, which has the share, mixed with the one that an order has in its place.
  static func mixed(_ batch: TrainingBatch, share: Float, order: [Int]) -> TrainingBatch {
    var pictures = batch.pictures.map { share * $0 }
    for (row, other) in order.enumerated() {
      let (target, source) = (row * batch.shape.length, other * batch.shape.length)
      for element in 0..<batch.shape.length {
        pictures[target + element] += (1 - share) * batch.pictures[source + element]
      }
    }
    let shares = [Float](repeating: share, count: order.count)
    return batch.with(pictures: pictures, mixture: LabelMixture(labels: order.map { batch.labels[$0] }, shares: shares))
  }
}
