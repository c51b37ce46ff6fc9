import ArgumentParser
import CommandSupport
import Records

/// What a tool that works for long tells on the way.
package struct ProgressOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.flag("-q", "--quiet"), .value("--log")]

  /// Whether progress is left unshown.
  @Flag(name: .shortAndLong, help: "Do not show progress; warnings remain.")
  package var quiet = false

  /// The file of JSON lines; nil for none.
  @Option(
    help: ArgumentHelp(
      "Write the figures of every epoch as JSON lines: to FILE.partial while it lasts, to FILE at the end.",
      valueName: "file"),
    completion: .file())
  package var log: String?

  /// Progress on standard error, and no log.
  package init() {}

  /// - Throws: `ValidationError` for a log on standard output.
  package func validate() throws {
    if log == "-" { throw ValidationError("--log -: name a file; standard output is for records and models.") }
  }

  /// What a training loop reports to. From here on SIGUSR1 asks for a line of it.
  ///
  /// - Parameter continues: whether the work goes on where an earlier run stopped; its log then grows on.
  /// - Throws: `Failure` of kind `cannotCreate` for the log.
  package func progress(continues: Bool = false) throws -> Progress {
    let log = try log.map { try ProgressLog(path: $0, continues: continues) }
    Signals.answerProgressRequests()
    return Progress(
      display: quiet ? .silent : .standardError, log: log, isAsked: { Signals.takeProgressRequest() })
  }
}
