import Adversaries
import Models
import Records
import Training

/// REM: robust error-minimising noise (Fu et al., "Robust unlearnable examples", ICLR 2022; METHODS 4.2).
///
/// As EM, but for a surrogate under attack: the noise has to make the loss small on the worst pictures near every random
/// view of the poisoned one, and the surrogate is trained on such worst pictures.
package struct RobustErrorMinimizingNoise: SetAttack {
  private let descent: ProjectedGradientDescent
  private let ascent: ProjectedGradientDescent
  private let samples: Int
  private let surrogate: SurrogateOptions

  /// Noise within ±`radius` against adversaries within ±`adversary`, both on the unit scale; 8/255, 4/255, ten steps each
  /// and five samples in the paper.
  ///
  /// - Parameter samples: random views that each step of the noise averages over.
  package init(
    radius: Float, adversary: Float, steps: Int = 10, adversarySteps: Int = 10, samples: Int = 5,
    surrogate: SurrogateOptions
  ) {
    descent = ProjectedGradientDescent(radius: radius, steps: steps)
    ascent = ProjectedGradientDescent(radius: adversary, steps: adversarySteps)
    (self.samples, self.surrogate) = (samples, surrogate)
  }

  package var record: [String: JSON] {
    surrogate.record.merging([
      "attack": "rem", "eps": .float(descent.radius), "steps": .integer(descent.steps),
      "adversary_eps": .float(ascent.radius), "adversary_steps": .integer(ascent.steps),
      "samples": .integer(samples),
    ]) { $1 }
  }

  /// The perturbations of the set's chosen records; the others stay clean in the surrogate's training too.
  ///
  /// The noise of a step is made from nothing and forgotten after it: a checkpoint of the training needs none.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try SurrogateTraining(set.spool, surrogate, report: report)
    let store = try PerturbationStore(set, bound: .maximum(descent.radius))
    let loop = try begin(
      checkpoint, on: set, network: surrogate.network, training: training, store: store,
      trainingEpochs: surrogate.epochs, report: report)
    try training.run(on: AttackedPictures(attack: self, set: set, store: store), in: loop)
    let crafting = Crafting(attack: self, spool: set.spool, model: training.model)
    try loop.run(epoch: surrogate.epochs, pieces: set.rows.pieces(of: surrogate.recipe.batch)) { piece in
      let noise = crafting.noise(piece.rows, number: -1)
      try store.write(piece.rows, noise)
      let loss = crossEntropyGradient(
        clamped(set.spool.pictures(piece.rows), noise), labels: set.spool.labels(piece.rows), model: training.model,
        shape: set.spool.shape
      ).loss
      return [Figure("loss", Double(loss), .fixed(4))]
    }
    return store
  }

  /// The worst pictures near random views of the poisoned ones, with noise for the surrogate as it stands.
  private struct AttackedPictures: BatchSource {
    let attack: RobustErrorMinimizingNoise
    let set: PoisonSet
    let store: PerturbationStore

    func batch(at step: TrainingStep, for model: any Classifier) throws -> TrainingBatch {
      let (rows, number) = (step.rows, step.number - 1)
      let crafting = Crafting(attack: attack, spool: set.spool, model: model)
      let chosen = rows.filter { set.isChosen[$0] }
      if !chosen.isEmpty { try store.write(chosen, crafting.noise(chosen, number: number)) }
      // The noise of the other records was never set, so it is 0.
      let poisoned = zip(set.spool.pictures(rows), try store.read(rows)).map { $0 + $1 }
      let views = crafting.views(rows, "rem training view", step: number)(poisoned, set.spool.shape)
      let worst = crafting.attacked(
        views.map { min(1, max(0, $0)) }, rows, "rem training start", step: number)
      return set.spool.batch(rows, pictures: worst)
    }
  }

  /// The noise for a surrogate as it stands.
  private struct Crafting {
    let attack: RobustErrorMinimizingNoise
    let spool: Spool
    let model: any Classifier

    func views(_ rows: [Int], _ purpose: String, step: Int) -> [CropAndFlip] {
      [CropAndFlip](seed: attack.surrogate.seed, purpose: purpose, ids: spool.ids(rows), step: step)
    }

    /// Pictures moved to where the loss is large.
    func attacked(_ pictures: [Float], _ rows: [Int], _ purpose: String, step: Int) -> [Float] {
      let starts = attack.ascent.starts(
        spool.ids(rows), length: spool.shape.length, seed: attack.surrogate.seed, purpose: purpose, step: step)
      return attack.ascent.move(
        pictures, direction: 1, from: clamped(pictures, starts), labels: spool.labels(rows), model: model,
        shape: spool.shape)
    }

    /// Noise from a random start, in whole levels.
    func noise(_ rows: [Int], number: Int) -> [Float] {
      let (clean, descent) = (spool.pictures(rows), attack.descent)
      var noise = descent.starts(
        spool.ids(rows), length: spool.shape.length, seed: attack.surrogate.seed, purpose: "rem start", step: number)
      for step in 0..<descent.steps {
        var slope = [Float](repeating: 0, count: clean.count)
        for sample in 0..<attack.samples {
          // Every step and sample of every noise has draws of its own.
          let draw = (number &* descent.steps &+ step) &* attack.samples &+ sample
          let share = self.slope(clamped(clean, noise), rows, draw: draw)
          for index in slope.indices { slope[index] += share[index] }
        }
        for index in slope.indices where (0...1).contains(clean[index] + noise[index]) {
          noise[index] = descent.projected(noise[index] - descent.stepSize * sign(slope[index]), around: 0)
        }
      }
      return noise.map { ($0 * 255).rounded(.toNearestOrEven) / 255 }
    }

    /// The gradient of the loss on the worst pictures near a random view of each picture, as if they moved with it.
    private func slope(_ pictures: [Float], _ rows: [Int], draw: Int) -> [Float] {
      let views = views(rows, "rem view", step: draw)
      let worst = attacked(views(pictures, spool.shape), rows, "rem attack", step: draw)
      let gradient = crossEntropyGradient(
        worst, labels: spool.labels(rows), model: model, shape: spool.shape
      ).values
      return views.adjoint(gradient, spool.shape)
    }
  }
}
