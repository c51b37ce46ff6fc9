import Adversaries
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
  private let steps: ProjectedGradientDescent
  private let surrogates: Surrogates
  private let batch: Int
  private let seed: UInt64

  /// Perturbations within ±`radius` on the unit scale against the mean loss of the surrogates; 8/255 and 250 steps in the
  /// paper.
  package init(radius: Float, steps: Int = 250, surrogates: Surrogates, batch: Int, seed: UInt64) {
    self.steps = ProjectedGradientDescent(radius: radius, steps: steps)
    self.surrogates = surrogates
    (self.batch, self.seed) = (batch, seed)
  }

  package var record: [String: JSON] {
    surrogates.record.merging([
      "attack": "tap", "eps": .float(steps.radius), "steps": .integer(steps.steps),
      "batch": .integer(batch), "seed": .string("\(seed)"),
    ]) { $1 }
  }

  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try surrogates.training(on: set.spool, states: 1, report: report)
    let store = try PerturbationStore(set, bound: .maximum(steps.radius))
    let loop = try begin(
      checkpoint, on: set, network: surrogates.network, training: training, store: store,
      trainingEpochs: surrogates.epochs, report: report)
    let models = try surrogates.models(training, in: loop)
    let (classes, labels) = (models.first?.configuration.classes ?? 1, try surrogates.labels(of: set.spool))
    try loop.run(epoch: surrogates.epochs, pieces: set.rows.pieces(of: batch)) { piece in
      let (clean, shape) = (set.spool.pictures(piece.rows), set.spool.shape)
      let targets = piece.rows.map { (labels[$0] + 1) % classes }
      let perturbation = perturbation(of: clean, ids: set.spool.ids(piece.rows), targets, models, shape)
      try store.write(piece.rows, perturbation)
      return figures(clamped(clean, perturbation), targets, models, shape)
    }
    return store
  }

  /// What makes pictures pass for their targets, whatever view is taken of them.
  private func perturbation(
    of clean: [Float], ids: [Int], _ targets: [Int], _ models: [any Classifier], _ shape: PictureShape
  ) -> [Float] {
    var perturbation = steps.starts(ids, length: shape.length, seed: seed, purpose: "tap start", step: 0)
    for step in 0..<steps.steps {
      let views = [CropAndFlip](seed: seed, purpose: "tap view", ids: ids, step: step)
      let seen = views(clamped(clean, perturbation), shape)
      var slope = [Float](repeating: 0, count: clean.count)
      for model in models {
        let gradient = crossEntropyGradient(seen, labels: targets, model: model, shape: shape).values
        for index in slope.indices { slope[index] += gradient[index] }
      }
      slope = views.adjoint(slope, shape)
      for index in slope.indices where (0...1).contains(clean[index] + perturbation[index]) {
        perturbation[index] = steps.projected(perturbation[index] - steps.stepSize * sign(slope[index]), around: 0)
      }
    }
    return perturbation
  }

  /// How well the pictures pass for their targets.
  private func figures(
    _ pictures: [Float], _ targets: [Int], _ surrogates: [any Classifier], _ shape: PictureShape
  ) -> [Figure] {
    let x = Tensor(pictures, shape: shape.tensor(targets.count))
    let hits = surrogates.reduce(0) { sum, model in
      sum + zip(model(x, training: false).argmax, targets).count { $0 == $1 }
    }
    return [
      Figure("target", 100 * Double(hits) / Double(targets.count * max(1, surrogates.count)), .fixed(2), unit: "%")
    ]
  }
}
