import Compute
import Models
import Records
import Training

/// TAP: targeted adversarial poisoning (Fowl et al., "Adversarial examples make strong poisons", NeurIPS 2021), as
/// METHODS 4.3 has it.
///
/// Every picture becomes an adversarial example of the class after its own, for a classifier of clean pictures, whatever
/// random view is taken of it; its label stays.
package struct TargetedAdversarialPoison: SetAttack {
  private let steps: SignedSteps
  private let surrogates: Surrogates
  private let batch: Int
  private let seed: UInt64

  /// Perturbations within ±`radius` on the unit scale against the mean loss of the surrogates; 8/255 and 250 steps in the
  /// paper.
  package init(radius: Float, steps: Int = 250, surrogates: Surrogates, batch: Int, seed: UInt64) {
    self.steps = SignedSteps(radius: radius, count: steps)
    self.surrogates = surrogates
    (self.batch, self.seed) = (batch, seed)
  }

  package var record: [String: JSON] {
    surrogates.record.merging([
      "attack": "tap", "eps": .float(steps.radius), "steps": .integer(steps.count),
      "batch": .integer(batch), "seed": .string("\(seed)"),
    ]) { $1 }
  }

  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try surrogates.training(on: set, states: 1, report: report)
    let store = try PerturbationStore(set, bound: .maximum(steps.radius))
    try begin(
      checkpoint, on: set, training: training, store: store, firstEpoch: surrogates.epochs, report: report)
    let models = try surrogates.models(training, checkpoint: checkpoint, report: report)
    let classes = models.first?.configuration.classes ?? 1
    try set.forEachBatch(of: batch, epoch: surrogates.epochs, checkpoint: checkpoint, report: report) { rows in
      let (clean, ids, shape) = (set.pictures(rows), set.ids(rows), set.shape)
      let targets = set.labels(rows).map { ($0 + 1) % classes }
      var perturbation = steps.starts(ids, length: shape.length, seed: seed, purpose: "tap start", step: 0)
      for step in 0..<steps.count {
        let views = ids.map { PictureView(seed: seed, purpose: "tap view", id: $0, step: step) }
        let seen = views(clamped(clean, perturbation), shape)
        var slope = [Float](repeating: 0, count: clean.count)
        for model in models {
          let gradient = crossEntropyGradient(seen, labels: targets, model: model, shape: shape).values
          for index in slope.indices { slope[index] += gradient[index] }
        }
        slope = views.adjoint(slope, shape)
        for index in slope.indices where (0...1).contains(clean[index] + perturbation[index]) {
          perturbation[index] = steps.held(perturbation[index] - steps.size * sign(slope[index]), around: 0)
        }
      }
      try store.write(rows, perturbation)
      return figures(clamped(clean, perturbation), targets, models, shape)
    }
    return store
  }

  /// How well the pictures pass for their targets.
  private func figures(
    _ pictures: [Float], _ targets: [Int], _ surrogates: [ResNet18], _ shape: PictureShape
  ) -> [Figure] {
    let x = Tensor(pictures, shape: shape.tensor(targets.count))
    let hits = surrogates.reduce(0) { sum, model in
      sum + zip(model(x, training: false).largestColumns, targets).count { $0 == $1 }
    }
    return [
      Figure("target", 100 * Double(hits) / Double(targets.count * max(1, surrogates.count)), .fixed(2), unit: "%")
    ]
  }
}

/// Pictures with perturbations, cut to [0, 1].
func clamped(_ pictures: [Float], _ perturbation: [Float]) -> [Float] {
  zip(pictures, perturbation).map { min(1, max(0, $0 + $1)) }
}
