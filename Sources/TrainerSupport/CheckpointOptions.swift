import ArgumentParser
import CommandSupport
import Records
import Training

/// How a training survives being stopped.
package struct CheckpointOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.value("--checkpoint", "--checkpoint-every"), .flag("--resume")]

  /// The file of the checkpoint; nil for none.
  @Option(
    name: .customLong("checkpoint"),
    help: ArgumentHelp(
      "Keep the training in FILE, from which --resume goes on: saved after every epoch, and when told to stop.",
      valueName: "file"),
    completion: .file())
  package var path: String?

  /// Steps from one save to the next; nil saves at the end of epochs only.
  @Option(
    name: .customLong("checkpoint-every"),
    help: ArgumentHelp("Save after every so many steps too.", valueName: "steps"))
  package var interval: Int?

  /// Whether the training goes on from what the file holds.
  @Flag(
    name: .customLong("resume"), help: "Go on from what --checkpoint holds; begin anew where there is no such file.")
  package var resumes = false

  /// No checkpoint.
  package init() {}

  /// - Throws: `ValidationError` for an interval or --resume without a file, and for standard output as that file.
  package func validate() throws {
    if path == "-" { throw ValidationError("--checkpoint -: name a file; standard output is for models and records.") }
    if let interval, interval < 1 {
      throw ValidationError("--checkpoint-every \(interval): give a number of steps, 1 or more.")
    }
    if path == nil, interval != nil || resumes {
      throw ValidationError("\(resumes ? "--resume" : "--checkpoint-every"): name the file with --checkpoint.")
    }
  }

  /// Does work that a checkpoint keeps: with one, a signal to stop lets it come to the end of its step.
  ///
  /// - Throws: what the work throws.
  package func finishingSteps<Result>(_ work: () throws -> Result) rethrows -> Result {
    try path == nil ? work() : Signals.asking(work)
  }

  /// The checkpoint asked for; nil where none was.
  ///
  /// - Throws: what `Checkpoint.init` throws.
  package func open(limits: StreamLimits) throws -> Checkpoint? {
    guard let path else { return nil }
    return try Checkpoint(
      path, interval: interval, resumes: resumes, tool: StandardError.toolName, version: Provenance.version,
      limits: limits, isStopping: { Signals.isStopRequested })
  }
}
