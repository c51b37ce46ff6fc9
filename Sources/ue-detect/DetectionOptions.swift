import ArgumentParser
import CommandSupport
import Detection
import Records

extension Detector.Kept: ExpressibleByArgument {}
extension Detail: ExpressibleByArgument {}

/// When a record is flagged, and what becomes of it.
struct DetectionOptions: PassingOptions {
  static let passing: [PassingOption] = [.value("--verdict-file")]

  /// What `--threshold` takes.
  struct Threshold: ExpressibleByArgument {
    let rule: Detector.Rule

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
        + "scores (auto), those with at least this score, or all or none. (default: argmax; for --verdict auto)",
      valueName: "argmax|auto|score|all|none"))
  var threshold: Threshold?
  @Option(
    help: ArgumentHelp(
      "For auto: two groups of pictures count only where the flagged one holds this share of the records, 0 to 1.",
      valueName: "share"))
  var leastShare: Double?
  @Option(help: "Which records are written: all, those not flagged (clean), or those flagged (unlearnable).")
  var keep = Detector.Kept.all
  @Option(
    help: ArgumentHelp(
      "Score records by what pictures of other classes are taken for that are given their detail of this kind, and not by what "
        + "they show.", valueName: "jpeg|median|gray|pixel"))
  var detail: Detail?
  @Flag(
    help: "Records have this model's column score already: flag by that, and classify nothing.")
  var scored = false
  @Flag(
    help: "Write no records but a sentence; exit 0 for a clean set, 3 for a poisoned one, 4 where it cannot be told.")
  var verdict = false
  @Option(
    help: ArgumentHelp("Write the sentence of --verdict to FILE, beside the records.", valueName: "file"),
    completion: .file())
  var verdictFile: String?

  func validate() throws {
    if scored {
      if detail != nil { throw ValidationError("--scored flags by the scores there are; leave out --detail.") }
      guard case .probability = rule else {
        throw ValidationError("--scored flags by the scores there are; give --threshold SCORE, all or none.")
      }
      if verdict || verdictFile != nil {
        throw ValidationError("a verdict needs more than scores; leave out --scored.")
      }
    }
    if let leastShare {
      guard (0...1).contains(leastShare) else {
        throw ValidationError("--least-share \(leastShare): give a share of 0 to 1.")
      }
      guard rule == .groups else { throw ValidationError("--least-share belongs to --threshold auto.") }
    }
    if verdict, keep != .all { throw ValidationError("--verdict writes no records; --keep chooses among them.") }
    if verdict, verdictFile != nil {
      throw ValidationError("--verdict writes its sentence in place of records, --verdict-file beside them.")
    }
  }
}

extension DetectionOptions {
  /// What flags a record. Records do not depend on whether a verdict is written beside them.
  var rule: Detector.Rule { threshold?.rule ?? (verdict ? .groups : .prediction) }

  /// Whether the set is judged.
  var judges: Bool { verdict || verdictFile != nil }
}

/// Where the report goes.
struct DetectionReportOptions: PassingOptions {
  static let passing: [PassingOption] = [.value("--report"), .flag("--json"), .flag("-q", "--quiet")]

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
  func write(_ found: DetectionReport, to destination: OutputFile?) throws {
    let text = json ? found.json : found.table
    if let destination { try destination.commit(text) } else if !quiet { StandardError.write(text) }
  }
}
