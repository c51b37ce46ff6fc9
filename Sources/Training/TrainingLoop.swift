import Random

/// Where the batches of a training come from. It sees the model as it stands, so that an adversary can stand here.
package protocol BatchSource<Model> {
  /// What is trained on the batches.
  associatedtype Model

  /// The pictures of a step's rows, with their labels and ids.
  func batch(at step: TrainingStep, for model: Model) throws -> TrainingBatch
}

/// The training of a model by a recipe.
package struct TrainingLoop {
  private let recipe: Recipe
  private let schedule: EpochSchedule

  /// A training by a recipe on a set of so many records, at least one.
  ///
  /// - Parameter seed: of the records' order.
  package init(_ recipe: Recipe, records: Int, seed: UInt64) {
    self.recipe = recipe
    schedule = EpochSchedule(count: records, batch: recipe.batch, seed: seed)
  }

  /// Epochs of the training, the last of which may be a part of one.
  package var epochs: Int { recipe.epochs(stepsPerEpoch: schedule.steps) }
  /// Steps of the training.
  package var steps: Int { recipe.steps(perEpoch: schedule.steps) }
  /// Steps of a whole epoch.
  package var stepsPerEpoch: Int { schedule.steps }

  /// Takes every step that is not taken yet.
  ///
  /// - Parameters:
  ///   - loop: of all the work, whose first epochs these are.
  ///   - afterEpoch: is told of every epoch that ended, from 0, before it is saved.
  /// - Returns: the figures of the last epoch.
  /// - Throws: a software failure where the training diverges; what the source throws; `TrainingStopped` where the
  ///   checkpoint says so.
  @discardableResult
  package func run<Objective: TrainingObjective>(
    _ trainer: Trainer<Objective>, on source: some BatchSource<Objective.Model>, in loop: ResumableLoop,
    afterEpoch: (Int) throws -> Void = { _ in }
  ) throws -> [Figure] {
    var last: [Figure] = []
    for epoch in loop.remaining(0..<epochs) {
      let pieces = rows(epoch: epoch)
      last = try loop.run(epoch: epoch, pieces: pieces, perEpoch: schedule.steps) { piece in
        let step = TrainingStep(
          epoch: epoch, number: piece.number + 1, rows: piece.rows,
          rate: recipe.rate(step: piece.number, stepsPerEpoch: schedule.steps))
        let batch = try source.batch(at: step, for: trainer.model)
        let figures = try trainer.take(batch, at: step)
        if step.number == recipe.steps(perEpoch: schedule.steps) { try trainer.checkAnswers(to: batch, at: step) }
        if piece.number % schedule.steps == pieces.count - 1 { try afterEpoch(epoch) }
        return figures
      }
    }
    return last
  }

  /// The rows of every step of an epoch, as far as the recipe goes.
  private func rows(epoch: Int) -> [[Int]] {
    let left = recipe.steps(perEpoch: schedule.steps) - epoch * schedule.steps
    return Array(schedule.rows(epoch: epoch).prefix(left))
  }
}

/// Which records make up each step of each epoch: a new order every epoch, cut into whole batches.
package struct EpochSchedule: Sendable {
  /// Records of the set.
  package let count: Int
  /// Records of a step: the batch size, or the whole set where that is smaller.
  package let batch: Int
  /// Steps of an epoch; the records that do not fill a batch sit this epoch out.
  package let steps: Int
  private let seed: UInt64

  /// A schedule for `count` records, at least 1.
  package init(count: Int, batch: Int, seed: UInt64) {
    precondition(count > 0 && batch > 0, "a schedule of \(count) records in batches of \(batch)")
    self.count = count
    self.batch = min(batch, count)
    steps = count / min(batch, count)
    self.seed = seed
  }

  /// The rows of every step of an epoch, counted from 0.
  package func rows(epoch: Int) -> [[Int]] {
    var random = RandomStream(seed: seed, purpose: "shuffle", step: epoch)
    let order = random.permutation(count: count)
    return (0..<steps).map { Array(order[$0 * batch..<($0 + 1) * batch]) }
  }
}
