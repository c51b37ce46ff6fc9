import Records
import Training

/// EM: error-minimising noise (Huang et al., "Unlearnable examples", ICLR 2021), in the variant of METHODS 4.1 A.
///
/// A surrogate is trained on pictures with noise that is made anew in every step so that the surrogate's loss on them is
/// small. What the trained surrogate asks for in the end is the perturbation.
package struct ErrorMinimizingNoise: SetAttack {
  private let radius: Float
  private let steps: Int
  private let surrogate: SurrogateOptions

  /// Noise within ±`radius` on the unit scale; 8/255 and ten steps in the paper.
  package init(radius: Float, steps: Int = 10, surrogate: SurrogateOptions) {
    (self.radius, self.steps, self.surrogate) = (radius, steps, surrogate)
  }

  package var record: [String: JSON] {
    surrogate.record.merging([
      "attack": "em", "variant": "published", "eps": .float(radius), "steps": .integer(steps),
    ]) { $1 }
  }

  /// The perturbations of the set's chosen records; the others stay clean in the surrogate's training too.
  ///
  /// The noise is made for a random view of each picture, yet belongs to the picture as it is: so the code behind the
  /// published figures has it.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try SurrogateTraining(set, surrogate, report: report)
    let store = try PerturbationStore(set, bound: .maximum(radius))
    try begin(
      checkpoint, on: set, training: training, store: store, firstEpoch: surrogate.epochs, report: report)
    try training.run(checkpoint: checkpoint, report: report) { step in
      let views = views(set, step.rows, epoch: step.epoch)
      let chosen = step.rows.indices.filter { set.isChosen[step.rows[$0]] }
      guard !chosen.isEmpty else { return views }
      let length = set.shape.length
      let noisy = minimized(
        chosen.flatMap { views[$0 * length..<($0 + 1) * length] }, chosen.map { step.rows[$0] }, set, training,
        step: step.number)
      var pictures = views
      for (place, index) in chosen.enumerated() {
        pictures.replaceSubrange(
          index * length..<(index + 1) * length, with: noisy[place * length..<(place + 1) * length])
      }
      return pictures
    }
    try set.forEachBatch(
      of: surrogate.batch, epoch: surrogate.epochs, checkpoint: checkpoint, report: report
    ) { rows in
      let views = views(set, rows, epoch: surrogate.epochs)
      let noisy = minimized(views, rows, set, training, step: -1)
      try store.write(rows, zip(noisy, views).map { $0 - $1 })
      let loss = crossEntropyGradient(noisy, labels: set.labels(rows), model: training.model, shape: set.shape).loss
      return [Figure("loss", Double(loss), .fixed(4))]
    }
    return store
  }

  private func views(_ set: PoisonSet, _ rows: [Int], epoch: Int) -> [Float] {
    let views = set.ids(rows).map { PictureView(seed: surrogate.seed, purpose: "em view", id: $0, step: epoch) }
    return views(set.pictures(rows), set.shape)
  }

  private func minimized(
    _ views: [Float], _ rows: [Int], _ set: PoisonSet, _ training: SurrogateTraining, step: Int
  ) -> [Float] {
    let descent = SignedSteps(radius: radius, count: steps)
    let starts = descent.starts(
      set.ids(rows), length: set.shape.length, seed: surrogate.seed, purpose: "em start", step: step)
    return descent.move(
      views, direction: -1, starts: starts, labels: set.labels(rows), model: training.model, shape: set.shape)
  }
}
