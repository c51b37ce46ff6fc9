import ArgumentParser
import Records
import Training

/// What all trainers have in common: records in, a model out, and how one watches it come about.
public struct TrainerOptions: ParsableArguments {
  @OptionGroup public var input: InputOptions
  @OptionGroup(title: "Output") public var output: OutputOptions
  @OptionGroup(title: "Computation") public var compute: ComputeOptions
  @OptionGroup(title: "Progress") public var watching: ProgressOptions

  /// The defaults.
  public init() {}

  /// Spools the records, trains, and writes the model.
  ///
  /// - Parameter train: trains on the spooled records and makes the model's document, whose history is given.
  /// - Throws: `Failure` where input or output cannot be had, and whatever `train` throws.
  public func run(
    _ train: (_ spool: Spool, _ history: [HistoryEntry], _ report: (TrainingEvent) -> Void) throws -> ModelDocument
  ) throws {
    compute.configure()
    let inputs = try input.reader()
    let file = try output.open()
    let progress = try watching.progress()
    let spool = try Spool(inputs)
    let model = try train(spool, spool.history + [Provenance.entry()], progress.report)
    try model.write(to: file, compressionLevel: output.level)
    try file.commit()
    try progress.finish()
  }
}
