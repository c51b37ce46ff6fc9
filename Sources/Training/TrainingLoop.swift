import Compute
import Records

/// The loop over epochs and steps that every training shares.
public enum TrainingLoop {
  /// One step's place in the training.
  public struct Step: Sendable {
    /// The epoch, from 0.
    public let epoch: Int
    /// The step's number, from 1 and over all epochs.
    public let number: Int
    /// Rows of the training set that make up the step's batch.
    public let rows: [Int]
    /// The learning rate.
    public let rate: Float

    /// A step of the given place.
    public init(epoch: Int, number: Int, rows: [Int], rate: Float) {
      (self.epoch, self.number, self.rows, self.rate) = (epoch, number, rows, rate)
    }
  }

  /// Runs `body` for every step, which takes the step and gives its figures, and reports steps and epochs.
  ///
  /// The learning rate falls along half a cosine from `rate` to 0 over the epochs, stepped once an epoch. With a
  /// checkpoint, which must have begun, the steps that it holds are not taken again.
  /// - Returns: the figures of the last epoch.
  /// - Throws: whatever `body` throws; `TrainingStopped` where the checkpoint says so.
  @discardableResult
  public static func run(
    _ schedule: EpochSchedule, epochs: Int, rate: Float, checkpoint: Checkpoint? = nil,
    report: (TrainingEvent) -> Void, step body: (Step) throws -> [Figure]
  ) throws -> [Figure] {
    var (first, means) = try checkpoint?.start(epochs: epochs, steps: schedule.steps) ?? (0, RunningMean())
    var last: [Figure] = []
    for epoch in first..<epochs {
      let rate = cosineRate(epoch: epoch, of: epochs, base: rate)
      let earlier = means.count
      func progress(_ figures: [Figure]) -> TrainingProgress {
        TrainingProgress(
          epoch: epoch + 1, epochs: epochs, step: means.count, steps: schedule.steps,
          pictures: means.count * schedule.batch, earlierPictures: earlier * schedule.batch, figures: figures)
      }
      for (index, rows) in schedule.rows(epoch: epoch).enumerated().dropFirst(earlier) {
        let step = Step(epoch: epoch, number: epoch * schedule.steps + index + 1, rows: rows, rate: rate)
        let figures = try body(step)
        try means.add(figures)
        report(.step(progress(figures)))
        try checkpoint?.passed(step, means, isLast: means.count == schedule.steps, report: report)
      }
      last = means.figures
      report(.epoch(progress(last)))
      means = RunningMean()
    }
    return last
  }

  /// Differentiates a loss and hands the gradients, clipped together to `maximumNorm`, to an optimiser's step: the one
  /// place where a training meets its gradients.
  ///
  /// - Throws: a software failure where the loss or the gradients are no longer numbers; the parameters are then those of
  ///   the step before.
  public static func update(
    _ parameters: [Parameter], loss: Tensor, tape: Tape, maximumNorm: Float, at step: Step,
    optimize: () -> Void
  ) throws {
    for parameter in parameters { parameter.clearGradient() }
    guard loss.scalar.isFinite else { throw diverged("the loss", "\(loss.scalar)", step) }
    tape.backward(from: loss)
    let norm = clipGradientNorm(parameters, to: maximumNorm)
    guard norm.isFinite else { throw diverged("the gradient's norm", "\(norm)", step) }
    optimize()
  }

  static func diverged(_ what: String, _ value: String, _ step: Step) -> Failure {
    Failure(
      .software,
      "\(what) became \(value) at step \(step.number) (epoch \(step.epoch + 1)); no model was written. "
        + "Try a lower --learning-rate.")
  }
}
