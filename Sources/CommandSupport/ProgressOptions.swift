import ArgumentParser
import Records

/// What a tool that works for long tells on the way.
public struct ProgressOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Do not show progress; warnings remain.")
  public var quiet = false

  @Option(
    help: ArgumentHelp(
      "Write the figures of every epoch as JSON lines: to FILE.partial while it lasts, to FILE at the end.",
      valueName: "file"),
    completion: .file())
  public var log: String?

  /// Progress on standard error, and no log.
  public init() {}

  public func validate() throws {
    if log == "-" { throw ValidationError("--log -: name a file; standard output is for records and models.") }
  }

  /// What a training loop reports to.
  ///
  /// - Throws: `Failure` of kind `cannotCreate` for the log.
  public func progress() throws -> Progress {
    Progress(display: quiet ? .silent : .standardError, log: try log.map(ProgressLog.init(path:)))
  }
}
