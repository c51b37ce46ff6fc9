import ArgumentParser
import CommandSupport
import Models
import Records
import Training

extension ClassifierNetwork: ExpressibleByArgument {}

/// What all trainers have in common: records in, a model out, and how one watches it come about.
package struct TrainerOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.value("--micro-batch")]

  /// The records to train on.
  @OptionGroup package var input: InputOptions
  /// Where the model goes.
  @OptionGroup(title: "Output") package var output: OutputOptions
  /// How the training survives being stopped.
  @OptionGroup(title: "Checkpoints") package var checkpoints: CheckpointOptions
  /// The threads and the seed.
  @OptionGroup(title: "Computation") package var compute: ComputeOptions
  /// Records that are computed at a time; nil for the whole batch.
  @Option(
    name: .customLong("micro-batch"),
    help: ArgumentHelp(
      "Records computed at a time, a half to a sixteenth of the batch: less memory and more time for the same bytes.",
      valueName: "n"))
  package var microBatch: Int?
  /// How one watches the training.
  @OptionGroup(title: "Progress") package var watching: ProgressOptions

  /// The defaults.
  package init() {}

  /// - Throws: `ValidationError` for micro-batches of no records.
  package func validate() throws {
    if let microBatch, microBatch < 1 {
      throw ValidationError("--micro-batch \(microBatch): give a number of records, 1 or more.")
    }
  }

  /// What a training is given.
  package struct Work {
    /// The records.
    package let spool: Spool
    /// What the model's document tells of its past.
    package let history: [HistoryEntry]
    /// What the training is kept in; nil where it is not.
    package let checkpoint: Checkpoint?
    /// Records that are computed at a time; nil for the whole batch.
    package let microBatch: Int?
    /// Tells how the training goes.
    package let report: (TrainingEvent) -> Void

    /// How the model was trained, with what its checkpoint adds to that.
    package func record(_ training: [String: JSON]) -> [String: JSON] {
      training.merging(checkpoint?.record ?? [:]) { $1 }
    }
  }

  /// Spools the records, trains, and writes the model.
  ///
  /// With a checkpoint a signal to stop lets the training come to the end of its step.
  /// - Parameter train: trains on the spooled records and makes the model's document.
  /// - Throws: `Failure` where input or output cannot be had, and whatever `train` throws.
  package func run(_ train: (Work) throws -> ModelDocument) throws {
    compute.configure()
    let inputs = try input.reader()
    let file = try output.open()
    let checkpoint = try checkpoints.open(limits: input.limits)
    let progress = try watching.progress(continues: checkpoints.resumes)
    let spool = try Spool(inputs)
    let work = Work(
      spool: spool, history: spool.history + [Provenance.entry()], checkpoint: checkpoint,
      microBatch: microBatch, report: progress.report)
    let model = try checkpoints.finishingSteps { try train(work) }
    try model.write(to: file, compressionLevel: output.level)
    try file.commit()
    try progress.finish()
    try checkpoint?.finish()
  }
}
