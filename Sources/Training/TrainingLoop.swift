import Compute
import Records

/// The loop over epochs and steps that every training shares.
package enum TrainingLoop {
  /// One step's place in the training.
  package struct Step: Sendable {
    /// The epoch, from 0.
    package let epoch: Int
    /// The step's number, from 1 and over all epochs.
    package let number: Int
    /// Rows of the training set that make up the step's batch.
    package let rows: [Int]
    /// The learning rate.
    package let rate: Float

    /// A step of the given place.
    package init(epoch: Int, number: Int, rows: [Int], rate: Float) {
      (self.epoch, self.number, self.rows, self.rate) = (epoch, number, rows, rate)
    }
  }

  /// Runs `body` for every step, which takes the step and gives its figures, and reports steps and epochs.
  ///
  /// The learning rate falls along half a cosine from `rate` to 0 over the epochs, stepped once an epoch; over the
  /// first `warmUp` epochs it rises to that evenly, step by step. With a checkpoint, which must have begun, the steps that
  /// it holds are not taken again.
  /// - Parameter total: epochs of all the work, where these are only the first.
  /// - Returns: the figures of the last epoch.
  /// - Throws: whatever `body` throws; `TrainingStopped` where the checkpoint says so.
  @discardableResult
  package static func run(
    _ schedule: EpochSchedule, epochs: Int, of total: Int? = nil, rate: Float, warmUp: Int = 0,
    checkpoint: Checkpoint? = nil, report: (TrainingEvent) -> Void,
    step body: (Step) throws -> [Figure]
  ) throws -> [Figure] {
    var last: [Figure] = []
    let first = try checkpoint?.firstEpoch(of: total ?? epochs) ?? 0
    for epoch in min(first, epochs)..<epochs {
      last = try runEpoch(
        epoch, of: total ?? epochs, pieces: schedule.rows(epoch: epoch),
        rate: cosineRate(epoch: epoch, of: epochs, base: rate), warmUp: warmUp, checkpoint: checkpoint, report: report,
        step: body)
    }
    return last
  }

  /// Runs `body` for every step of one epoch.
  ///
  /// - Parameters:
  ///   - epoch: from 0.
  ///   - epochs: of all the work.
  ///   - pieces: the rows of each step.
  ///   - rate: the learning rate of the steps, where they learn.
  ///   - warmUp: epochs of the work over which the rate rises to that.
  /// - Returns: the figures, means over the records.
  /// - Throws: as `run`.
  package static func runEpoch(
    _ epoch: Int, of epochs: Int, pieces: [[Int]], rate: Float = 0, warmUp: Int = 0,
    checkpoint: Checkpoint? = nil, report: (TrainingEvent) -> Void, step body: (Step) throws -> [Figure]
  ) throws -> [Figure] {
    var means = try checkpoint?.means(of: pieces, inEpoch: epoch) ?? RunningMean()
    let (first, earlier) = (means.count, means.records)
    func progress(_ figures: [Figure]) -> TrainingProgress {
      TrainingProgress(
        epoch: epoch + 1, epochs: epochs, step: means.count, steps: pieces.count, pictures: means.records,
        earlierPictures: earlier, figures: figures)
    }
    do {
      // A step may take minutes: whoever watches learns at once that the work has begun.
      if first < pieces.count { report(.begin(progress(means.figures))) }
      for (index, rows) in pieces.enumerated().dropFirst(first) {
        let number = epoch * pieces.count + index + 1
        let step = Step(
          epoch: epoch, number: number, rows: rows,
          rate: rate * warmUpShare(step: number, of: warmUp * pieces.count))
        let figures = try body(step)
        try means.add(figures, records: rows.count)
        report(.step(progress(figures)))
        try checkpoint?.passed(step, means, isLast: means.count == pieces.count, report: report)
      }
    } catch let fault as Failure where fault.kind == .software {
      throw checkpoint?.naming(fault) ?? fault
    }
    report(.epoch(progress(means.figures)))
    return means.figures
  }

  /// Differentiates a loss and hands the gradients, clipped together to `maximumNorm`, to an optimiser's step: the one
  /// place where a training meets its gradients.
  ///
  /// - Throws: a software failure where the loss or the gradients are no longer numbers; the parameters are then those of
  ///   the step before.
  package static func update(
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
