import Adversaries
import Compute
import Records
import Training

/// EM as its authors first had it (METHODS 4.1 B): noise and surrogate take turns, without random views.
///
/// In every round the surrogate takes ten steps on the pictures with their noise, and then each picture's noise goes on
/// from where it stood towards a smaller loss, until the surrogate knows nearly all pictures by their noise.
package struct OriginalErrorMinimizingNoise: SetAttack {
  private static let stepsPerRound = 10
  /// The percentage of records that the surrogate has to get right; a mean over batches may fall short of it by rounding.
  private static let goal = 99 - 1e-9

  private let descent: ProjectedGradientDescent
  private var surrogate: SurrogateOptions

  /// Noise within ±`radius` on the unit scale; 8/255 and 20 steps a round in the paper. The surrogate's epochs are the
  /// rounds after which it ends at the latest.
  package init(radius: Float, steps: Int = 20, surrogate: SurrogateOptions) {
    descent = ProjectedGradientDescent(radius: radius, steps: steps)
    self.surrogate = surrogate
    self.surrogate.recipe.maximumGradientNorm = 5
  }

  package var record: [String: JSON] {
    surrogate.record.merging([
      "attack": "em", "variant": "original", "eps": .float(descent.radius),
      "steps": .integer(descent.steps),
    ]) { $1 }
  }

  /// The perturbations of the set's chosen records; the others stay clean in the surrogate's training too.
  ///
  /// A round is an epoch of as many steps as there are batches; in the first the surrogate learns too.
  package func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore {
    let training = try SurrogateTraining(set.spool, surrogate, report: report)
    let store = try PerturbationStore(set, bound: .maximum(descent.radius))
    let loop = try begin(
      checkpoint, on: set, network: surrogate.network, training: training, store: store, trainingEpochs: 0,
      epochs: surrogate.epochs, report: report)
    let pieces = Array(0..<set.spool.count).pieces(of: surrogate.recipe.batch)
    for round in loop.remaining(0..<surrogate.epochs) {
      let figures = try loop.run(epoch: round, pieces: pieces) { piece in
        if piece.rows.first == 0 { try learn(round: round, store, set, training) }
        let accuracy = try refine(piece.rows, store, set, training)
        return [Figure("noise accuracy", 100 * accuracy, .fixed(2), unit: "%")]
      }
      if figures.contains(where: { $0.value >= Self.goal }) { return store }
    }
    report(.note("the surrogate does not know 99 % of the records by their noise yet; give more --epochs"))
    return store
  }

  /// Has the surrogate take a round's steps on the pictures with their noise, batch after batch of the stream, which is
  /// taken for a ring.
  private func learn(
    round: Int, _ store: PerturbationStore, _ set: PoisonSet, _ training: SurrogateTraining
  ) throws {
    let batch = min(surrogate.recipe.batch, set.spool.count)
    for step in round * Self.stepsPerRound..<(round + 1) * Self.stepsPerRound {
      let rows = (step * batch..<(step + 1) * batch).map { $0 % set.spool.count }
      let pictures = zip(set.spool.pictures(rows), try store.read(rows)).map { $0 + $1 }
      try training.learn(from: set.spool.batch(rows, pictures: pictures), rows: rows, round: round, step: step)
    }
  }

  /// Moves the noise of some records on, and gives the share of them that the surrogate then gets right.
  private func refine(
    _ rows: [Int], _ store: PerturbationStore, _ set: PoisonSet, _ training: SurrogateTraining
  ) throws -> Double {
    let chosen = rows.filter { set.isChosen[$0] }
    if !chosen.isEmpty {
      let clean = set.spool.pictures(chosen)
      let moved = descent.move(
        clean, direction: -1, from: clamped(clean, try store.read(chosen)), labels: set.spool.labels(chosen),
        model: training.model, shape: set.spool.shape)
      try store.write(chosen, zip(moved, clean).map { $0 - $1 })
    }
    let noisy = clamped(set.spool.pictures(rows), try store.read(rows))
    let logits = training.model(Tensor(noisy, shape: set.spool.shape.tensor(rows.count)), training: false)
    let hits = zip(logits.argmax, set.spool.labels(rows)).count { $0 == $1 }
    return Double(hits) / Double(rows.count)
  }
}
