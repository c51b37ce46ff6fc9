import ArgumentParser
import Records
import Training

/// What all trainers have in common: records in, a model out, and how one watches it come about.
public struct TrainerOptions: ParsableArguments {
  /// The records to train on.
  @OptionGroup public var input: InputOptions
  /// Where the model goes.
  @OptionGroup(title: "Output") public var output: OutputOptions
  /// How the training survives being stopped.
  @OptionGroup(title: "Checkpoints") public var checkpoints: CheckpointOptions
  /// The threads and the seed.
  @OptionGroup(title: "Computation") public var compute: ComputeOptions
  /// How one watches the training.
  @OptionGroup(title: "Progress") public var watching: ProgressOptions

  /// The defaults.
  public init() {}

  /// What a training is given.
  public struct Work {
    /// The records.
    public let spool: Spool
    /// What the model's document tells of its past.
    public let history: [HistoryEntry]
    /// What the training is kept in; nil where it is not.
    public let checkpoint: Checkpoint?
    /// Tells how the training goes.
    public let report: (TrainingEvent) -> Void
  }

  /// Spools the records, trains, and writes the model.
  ///
  /// With a checkpoint a signal to stop lets the training come to the end of its step.
  /// - Parameter train: trains on the spooled records and makes the model's document.
  /// - Throws: `Failure` where input or output cannot be had, and whatever `train` throws.
  public func run(_ train: (Work) throws -> ModelDocument) throws {
    compute.configure()
    let inputs = try input.reader()
    let file = try output.open()
    let checkpoint = try checkpoints.open(limits: input.limits)
    let progress = try watching.progress(continues: checkpoints.resumes)
    let spool = try Spool(inputs)
    let work = Work(
      spool: spool, history: spool.history + [Provenance.entry()], checkpoint: checkpoint, report: progress.report)
    let model = try checkpoints.finishingSteps { try train(work) }
    try model.write(to: file, compressionLevel: output.level)
    try file.commit()
    try progress.finish()
    try checkpoint?.finish()
  }
}
