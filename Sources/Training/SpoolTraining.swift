import Compute
import Records

extension TrainingLoop {
  /// What a step learns from.
  package struct Batch {
    /// The pictures [N, H, W, C] in [0, 1], a constant of the tape.
    package let x: Tensor
    /// What records the way from the pictures to the loss.
    package let tape: Tape
    /// One class a picture.
    package let labels: [Int]
    /// One id a picture, which random numbers are keyed by.
    package let ids: [Int]
    /// The step's place in the training.
    package let step: Step
  }

  /// Trains on a spooled set by a recipe.
  ///
  /// - Parameters:
  ///   - seed: of the records' order.
  ///   - checkpoint: what the training is kept in, which has begun.
  ///   - augment: changes a batch's pictures, planar in the type they came in, before they become numbers.
  ///   - step: takes one step and gives its figures.
  /// - Returns: the figures of the last epoch.
  /// - Throws: whatever `step` throws; `TrainingStopped` where the checkpoint says so.
  package static func run(
    _ spool: Spool, _ recipe: Recipe, seed: UInt64, checkpoint: Checkpoint? = nil, report: (TrainingEvent) -> Void,
    augment: (_ pictures: [UInt8], _ ids: [Int], _ step: Step) -> [UInt8] = { pictures, _, _ in pictures },
    step body: (Batch) throws -> [Figure]
  ) throws -> [Figure] {
    try run(
      EpochSchedule(count: spool.count, batch: recipe.batch, seed: seed), epochs: recipe.epochs,
      rate: recipe.learningRate, warmUp: recipe.warmUp, checkpoint: checkpoint, report: report
    ) { step in
      let ids = step.rows.map { spool.ids[$0] }
      let pictures = augment(spool.images(step.rows), ids, step)
      let tape = Tape()
      let x = Tensor(pictures: pictures, type: spool.imageType, count: ids.count, shape: spool.imageShape, tape: tape)
      return try body(
        Batch(x: x, tape: tape, labels: step.rows.map { spool.labels[$0] }, ids: ids, step: step))
    }
  }
}
