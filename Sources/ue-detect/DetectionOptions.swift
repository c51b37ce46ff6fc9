import ArgumentParser
import CommandSupport
import Detection
import Records

extension Detection.Kept: ExpressibleByArgument {}

/// When a record is flagged, and what becomes of it.
struct DetectionOptions: ParsableArguments {
  /// What `--threshold` takes.
  struct Threshold: ExpressibleByArgument {
    let rule: Detection.Rule

    init?(argument: String) {
      switch argument {
      case "argmax": rule = .prediction
      case "auto": rule = .groups
      case "all": rule = .probability(0)
      case "none": rule = .probability(.infinity)
      default:
        guard let least = Float(argument), (0...1).contains(least) else { return nil }
        rule = .probability(least)
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      "What is flagged: records whose label is predicted (argmax), the upper of two groups of pictures or else of "
        + "scores (auto), those with at least this score, or all or none. (default: argmax; for a verdict without "
        + "--subtracted auto)",
      valueName: "argmax|auto|score|all|none"))
  var threshold: Threshold?
  @Option(help: "Which records are written: all, those not flagged (clean), or those flagged (unlearnable).")
  var keep = Detection.Kept.all
  @Flag(
    help: "Write no records but a sentence; exit 0 for a clean set, 3 for a poisoned one, 4 where it cannot be told.")
  var verdict = false
  @Option(
    help: ArgumentHelp("The same records with perturbations subtracted, for the verdict.", valueName: "file"),
    completion: .file(extensions: ["rec"]))
  var subtracted: String?
}

extension DetectionOptions {
  /// What flags a record.
  var rule: Detection.Rule { threshold?.rule ?? (verdict && subtracted == nil ? .groups : .prediction) }
}

/// Where the report goes.
struct DetectionReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write the report to FILE instead of standard error.", valueName: "file"), completion: .file())
  var report: String?
  @Flag(help: "Write the report as JSON instead of a table.")
  var json = false
  @Flag(name: [.short, .long], help: "Show no progress, and write no report to standard error.")
  var quiet = false

  /// The file, where one is named.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  func open() throws -> OutputFile? {
    guard let report else { return nil }
    return report == "-" ? OutputFile.standardOutput : try OutputFile.create(report)
  }

  /// Writes the report where it belongs.
  func write(_ found: DetectionReport, _ verdict: Verdict? = nil, to destination: OutputFile?) throws {
    let text = json ? found.json(verdict) : found.table
    if let destination { try destination.commit(text) } else if !quiet { StandardError.write(text) }
  }
}
