import Adversaries
import Models
import Records
import Training

/// EM: error-minimising noise (Huang et al., "Unlearnable examples", ICLR 2021), in the variant of METHODS 4.1 A.
///
/// A surrogate is trained on pictures with noise that is made anew in every step so that the surrogate's loss on them is
/// small. What the trained surrogate asks for in the end is the perturbation.
package struct ErrorMinimizingNoise: SetAttack {
  private let descent: ProjectedGradientDescent
  private let surrogate: SurrogateOptions

  /// Noise within ±`radius` on the unit scale; 8/255 and ten steps in the paper.
  package init(radius: Float, steps: Int = 10, surrogate: SurrogateOptions) {
    descent = ProjectedGradientDescent(radius: radius, steps: steps)
    self.surrogate = surrogate
  }

  package var record: [String: JSON] {
    surrogate.record.merging([
      "attack": "em", "variant": "published", "eps": .float(descent.radius), "steps": .integer(descent.steps),
    ]) { $1 }
  }

  /// The perturbations of the set's chosen records; the others stay clean in the surrogate's training too.
  ///
  /// The noise is made for a random view of each picture, yet belongs to the picture as it is: so the code behind the
  /// published figures has it.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try SurrogateTraining(set.spool, surrogate, report: report)
    let store = try PerturbationStore(set, bound: .maximum(descent.radius))
    let loop = try begin(
      checkpoint, on: set, network: surrogate.network, training: training, store: store,
      trainingEpochs: surrogate.epochs, report: report)
    let source = NoisyPictures(attack: self, set: set)
    try training.run(on: source, in: loop)
    try loop.run(epoch: surrogate.epochs, pieces: set.rows.pieces(of: surrogate.recipe.batch)) { piece in
      let views = source.views(piece.rows, epoch: surrogate.epochs)
      let noisy = source.minimized(views, piece.rows, training.model, step: -1)
      try store.write(piece.rows, zip(noisy, views).map { $0 - $1 })
      let loss = crossEntropyGradient(
        noisy, labels: set.spool.labels(piece.rows), model: training.model, shape: set.spool.shape
      ).loss
      return [Figure("loss", Double(loss), .fixed(4))]
    }
    return store
  }

  /// Random views of the set's pictures, those of the chosen records with noise that is made anew for the surrogate as it
  /// stands.
  private struct NoisyPictures: BatchSource {
    let attack: ErrorMinimizingNoise
    let set: PoisonSet

    func batch(at step: TrainingStep, for model: any Classifier) -> TrainingBatch {
      var pictures = views(step.rows, epoch: step.epoch)
      let chosen = step.rows.indices.filter { set.isChosen[step.rows[$0]] }
      let length = set.spool.shape.length
      let noisy = minimized(
        chosen.flatMap { pictures[$0 * length..<($0 + 1) * length] }, chosen.map { step.rows[$0] }, model,
        step: step.number - 1)
      for (place, index) in chosen.enumerated() {
        pictures.replaceSubrange(
          index * length..<(index + 1) * length, with: noisy[place * length..<(place + 1) * length])
      }
      return set.spool.batch(step.rows, pictures: pictures)
    }

    func views(_ rows: [Int], epoch: Int) -> [Float] {
      let crops = [CropAndFlip](
        seed: attack.surrogate.seed, purpose: "em view", ids: set.spool.ids(rows), step: epoch)
      return crops(set.spool.pictures(rows), set.spool.shape)
    }

    func minimized(_ views: [Float], _ rows: [Int], _ model: any Classifier, step: Int) -> [Float] {
      guard !rows.isEmpty else { return [] }
      let starts = attack.descent.starts(
        set.spool.ids(rows), length: set.spool.shape.length, seed: attack.surrogate.seed, purpose: "em start",
        step: step)
      return attack.descent.move(
        views, direction: -1, from: clamped(views, starts), labels: set.spool.labels(rows), model: model,
        shape: set.spool.shape)
    }
  }
}
