import Records
import Training

/// REM: robust error-minimising noise (Fu et al., "Robust unlearnable examples", ICLR 2022; METHODS 4.2).
///
/// As EM, but for a surrogate under attack: the noise has to make the loss small on the worst pictures near every random
/// view of the poisoned one, and the surrogate is trained on such worst pictures.
package struct RobustErrorMinimizingNoise: SetAttack {
  private let descent: SignedSteps
  private let ascent: SignedSteps
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
    descent = SignedSteps(radius: radius, count: steps)
    ascent = SignedSteps(radius: adversary, count: adversarySteps)
    (self.samples, self.surrogate) = (samples, surrogate)
  }

  package var record: [String: JSON] {
    surrogate.record.merging([
      "attack": "rem", "eps": .float(descent.radius), "steps": .integer(descent.count),
      "adversary_eps": .float(ascent.radius), "adversary_steps": .integer(ascent.count),
      "samples": .integer(samples),
    ]) { $1 }
  }

  /// The perturbations of the set's chosen records; the others stay clean in the surrogate's training too.
  ///
  /// The noise of a step is made from nothing and forgotten after it: a checkpoint of the training needs none.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try SurrogateTraining(set, surrogate, report: report)
    let store = try PerturbationStore(set, bound: .maximum(descent.radius))
    try begin(
      checkpoint, on: set, training: training, store: store, firstEpoch: surrogate.epochs, report: report)
    let craft = Crafting(self, set, training)
    try training.run(checkpoint: checkpoint, report: report) { step in
      let chosen = step.rows.filter { set.isChosen[$0] }
      if !chosen.isEmpty { try store.write(chosen, craft.noise(chosen, number: step.number)) }
      // The noise of the other records was never set, so it is 0.
      let poisoned = zip(set.pictures(step.rows), try store.read(step.rows)).map { $0 + $1 }
      let views = craft.views(step.rows, "rem training view", step: step.number)(poisoned, set.shape)
      return craft.attacked(
        views.map { min(1, max(0, $0)) }, step.rows, "rem training start", step: step.number)
    }
    try set.forEachBatch(
      of: surrogate.batch, epoch: surrogate.epochs, checkpoint: checkpoint, report: report
    ) { rows in
      let noise = craft.noise(rows, number: -1)
      try store.write(rows, noise)
      let loss = crossEntropyGradient(
        clamped(set.pictures(rows), noise), labels: set.labels(rows), model: training.model, shape: set.shape
      ).loss
      return [Figure("loss", Double(loss), .fixed(4))]
    }
    return store
  }

  /// The noise as the surrogate stands.
  private struct Crafting {
    private let attack: RobustErrorMinimizingNoise
    private let set: PoisonSet
    private let training: SurrogateTraining

    init(_ attack: RobustErrorMinimizingNoise, _ set: PoisonSet, _ training: SurrogateTraining) {
      (self.attack, self.set, self.training) = (attack, set, training)
    }

    func views(_ rows: [Int], _ purpose: String, step: Int) -> [PictureView] {
      set.ids(rows).map { PictureView(seed: attack.surrogate.seed, purpose: purpose, id: $0, step: step) }
    }

    /// Pictures moved to where the loss is large.
    func attacked(_ pictures: [Float], _ rows: [Int], _ purpose: String, step: Int) -> [Float] {
      attack.ascent.move(
        pictures, direction: 1,
        starts: attack.ascent.starts(
          set.ids(rows), length: set.shape.length, seed: attack.surrogate.seed, purpose: purpose, step: step),
        labels: set.labels(rows), model: training.model, shape: set.shape)
    }

    /// Noise from a random start, in whole levels.
    func noise(_ rows: [Int], number: Int) -> [Float] {
      let (clean, descent) = (set.pictures(rows), attack.descent)
      var noise = descent.starts(
        set.ids(rows), length: set.shape.length, seed: attack.surrogate.seed, purpose: "rem start", step: number)
      for step in 0..<descent.count {
        var slope = [Float](repeating: 0, count: clean.count)
        for sample in 0..<attack.samples {
          // Every step and sample of every noise has lots of its own.
          let draw = (number &* descent.count &+ step) &* attack.samples &+ sample
          let share = self.slope(clamped(clean, noise), rows, draw: draw)
          for index in slope.indices { slope[index] += share[index] }
        }
        for index in slope.indices where (0...1).contains(clean[index] + noise[index]) {
          noise[index] = descent.held(noise[index] - descent.size * sign(slope[index]), around: 0)
        }
      }
      return noise.map { ($0 * 255).rounded(.toNearestOrEven) / 255 }
    }

    /// The gradient of the loss on the worst pictures near a random view of each picture, as if they moved with it.
    private func slope(_ pictures: [Float], _ rows: [Int], draw: Int) -> [Float] {
      let views = views(rows, "rem view", step: draw)
      let worst = attacked(views(pictures, set.shape), rows, "rem attack", step: draw)
      let gradient = crossEntropyGradient(
        worst, labels: set.labels(rows), model: training.model, shape: set.shape
      ).values
      return views.adjoint(gradient, set.shape)
    }
  }
}
