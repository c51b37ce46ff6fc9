import Adversaries
import Compute
import Models
import Records
import Training

/// Adversarial training (Madry et al., ICLR 2018; METHODS 5.4): every step learns from the worst pictures near its own,
/// as the classifier stands.
///
///     a₀ = x + α·n, n from N(0, 1);  aₜ₊₁ = the nearest to aₜ + α·sign(∇ cross-entropy) within ε of x and in [0, 1]
///
/// The pictures are moved while the classifier evaluates, with its running statistics.
package struct AdversarialTraining: Defence {
  private let ascent: ProjectedGradientDescent
  private let seed: UInt64

  /// So many steps of the adversary within a radius ε, each of the size α, both on the unit scale; the paper's are 10,
  /// 8/255 and 1.6/255.
  ///
  /// - Parameter seed: of the starts.
  package init(radius: Float, steps: Int, stepSize: Float, seed: UInt64) {
    ascent = ProjectedGradientDescent(radius: radius, steps: steps, stepSize: stepSize)
    self.seed = seed
  }

  package var record: [String: JSON] {
    [
      "defence": "adversarial", "adversary_eps": .float(ascent.radius), "adversary_steps": .integer(ascent.steps),
      "adversary_step_size": .float(ascent.stepSize),
    ]
  }

  /// 100 epochs; the learning rate falls to a tenth after 75 and again after 90.
  package func recipe(_ standard: Recipe) -> Recipe {
    var recipe = standard
    recipe.length = .epochs(100)
    recipe.schedule = .milestones([0.75, 0.9], factor: 0.1)
    return recipe
  }

  package func batch(
    _ batch: TrainingBatch, at step: TrainingStep, for model: any Classifier, atOnce records: Int
  ) -> TrainingBatch {
    let noise = batch.ids.flatMap {
      normalNumbers(count: batch.shape.length, seed: seed, purpose: "adversary start", record: $0, step: step.number)
    }
    let start = zip(batch.pictures, noise).map { $0 + ascent.stepSize * $1 }
    return batch.with(pictures: worst(near: batch, from: start, model, atOnce: records))
  }

  /// The pictures, moved from where they start to where the loss is large. A picture's gradient does not depend on
  /// those beside it, but for a factor, which its sign does not show.
  func worst(near batch: TrainingBatch, from start: [Float], _ model: any Classifier, atOnce records: Int) -> [Float] {
    stride(from: 0, to: batch.ids.count, by: records).flatMap { first in
      let rows = first..<min(first + records, batch.ids.count)
      let (part, length) = (batch[rows], batch.shape.length)
      return ascent.move(
        part.pictures, direction: 1, from: Array(start[rows.lowerBound * length..<rows.upperBound * length]),
        labels: part.labels, model: model, shape: batch.shape)
    }
  }
}
