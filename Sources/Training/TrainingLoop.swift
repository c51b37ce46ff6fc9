import Compute
import Records

/// The loop over epochs and steps that every training shares.
public enum TrainingLoop {
  /// One step's place in the training.
  public struct Step: Sendable {
    /// The epoch, from 0.
    public let epoch: Int
    /// Rows of the training set that make up the step's batch.
    public let rows: [Int]
    /// The learning rate.
    public let rate: Float

    /// A step of the given place.
    public init(epoch: Int, rows: [Int], rate: Float) {
      (self.epoch, self.rows, self.rate) = (epoch, rows, rate)
    }
  }

  /// Runs `body` for every step, which takes the step and gives its figures, and reports steps and epochs.
  ///
  /// The learning rate falls along half a cosine from `rate` to 0 over the epochs, stepped once an epoch.
  /// - Throws: whatever `body` throws.
  public static func run(
    _ schedule: EpochSchedule, epochs: Int, rate: Float, report: (TrainingEvent) -> Void,
    step body: (Step) throws -> [Figure]
  ) throws {
    for epoch in 0..<epochs {
      let rate = cosineRate(epoch: epoch, of: epochs, base: rate)
      var means = RunningMean()
      func progress(_ done: Int, _ figures: [Figure]) -> TrainingProgress {
        TrainingProgress(
          epoch: epoch + 1, epochs: epochs, step: done, steps: schedule.steps, pictures: done * schedule.batch,
          figures: figures)
      }
      for (index, rows) in schedule.rows(epoch: epoch).enumerated() {
        let figures = try body(Step(epoch: epoch, rows: rows, rate: rate))
        means.add(figures)
        report(.step(progress(index + 1, figures)))
      }
      report(.epoch(progress(schedule.steps, means.figures)))
    }
  }

  /// Differentiates a loss and hands the gradients, clipped together to `maximumNorm`, to an optimiser's step: the one
  /// place where a training meets its gradients.
  ///
  /// - Throws: a software failure where the loss or the gradients are no longer numbers; the parameters are then those of
  ///   the step before.
  public static func update(
    _ parameters: [Parameter], loss: Tensor, tape: Tape, maximumNorm: Float, at step: Step, number: Int,
    optimize: () -> Void
  ) throws {
    for parameter in parameters { parameter.clearGradient() }
    guard loss.scalar.isFinite else { throw diverged("loss", loss.scalar, step, number) }
    tape.backward(from: loss)
    let norm = clipGradientNorm(parameters, to: maximumNorm)
    guard norm.isFinite else { throw diverged("gradient's norm", norm, step, number) }
    optimize()
  }

  private static func diverged(_ what: String, _ value: Float, _ step: Step, _ number: Int) -> Failure {
    Failure(
      .software,
      "the \(what) became \(value) at step \(number) (epoch \(step.epoch + 1)); nothing was written. "
        + "Try a lower --learning-rate.")
  }
}
