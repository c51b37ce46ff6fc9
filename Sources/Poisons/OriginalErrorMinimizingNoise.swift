import Compute
import Records
import Training

/// EM as its authors first had it (METHODS 4.1 B): noise and surrogate take turns, without random views.
///
/// In every round the surrogate takes ten steps on the pictures with their noise, and then each picture's noise goes on
/// from where it stood towards a smaller loss, until the surrogate knows nearly all pictures by their noise.
public struct OriginalErrorMinimizingNoise {
  private static let stepsPerRound = 10
  /// The share of records that the surrogate has to get right.
  private static let goal = 0.99

  private let descent: SignedSteps
  private let surrogate: SurrogateOptions

  /// Noise within ±`radius` on the unit scale; 8/255 and 20 steps a round in the paper. The surrogate's epochs are the
  /// rounds after which it ends at the latest.
  public init(radius: Float, steps: Int = 20, surrogate: SurrogateOptions) {
    descent = SignedSteps(radius: radius, count: steps)
    self.surrogate = surrogate
  }

  /// The perturbations of the set's chosen records; the others stay clean in the surrogate's training too.
  public func perturbations(_ set: PoisonSet, report: (TrainingEvent) -> Void) throws -> PerturbationStore {
    let training = try SurrogateTraining(
      set, surrogate, gradientNorm: 5, report: report)
    let store = try PerturbationStore(set, bound: .maximum(descent.radius))
    let batch = min(surrogate.batch, set.spool.count)
    var next = 0
    for round in 0..<surrogate.epochs {
      for _ in 0..<Self.stepsPerRound {
        let rows = (next..<next + batch).map { $0 % set.spool.count }
        next = (next + batch) % set.spool.count
        let pictures = zip(set.pictures(rows), try store.read(rows)).map { $0 + $1 }
        try training.learn(from: pictures, rows, round: round)
      }
      let accuracy = try refine(store, set, training)
      let figures = [Figure("noise accuracy", 100 * accuracy, .fixed(2), unit: "%")]
      report(
        .epoch(
          TrainingProgress(
            epoch: round + 1, epochs: surrogate.epochs, step: 1, steps: 1, pictures: set.spool.count, figures: figures))
      )
      if accuracy >= Self.goal { return store }
    }
    report(.note("the surrogate does not know 99 % of the records by their noise yet; give more --epochs"))
    return store
  }

  /// Moves all noise on, and gives the share of records that the surrogate then gets right.
  private func refine(_ store: PerturbationStore, _ set: PoisonSet, _ training: SurrogateTraining) throws -> Double {
    var hits = 0
    for start in stride(from: 0, to: set.spool.count, by: surrogate.batch) {
      let rows = Array(start..<min(set.spool.count, start + surrogate.batch))
      let chosen = rows.filter { set.isChosen[$0] }
      if !chosen.isEmpty {
        let clean = set.pictures(chosen)
        let moved = descent.move(
          clean, direction: -1, starts: try store.read(chosen), labels: set.labels(chosen), model: training.model,
          shape: set.shape)
        try store.write(chosen, zip(moved, clean).map { $0 - $1 })
      }
      let noisy = clamped(set.pictures(rows), try store.read(rows))
      let logits = training.model(Tensor(noisy, shape: set.shape.tensor(rows.count)), training: false)
      hits += zip(logits.largestColumns, set.labels(rows)).count { $0 == $1 }
    }
    return Double(hits) / Double(set.spool.count)
  }
}
