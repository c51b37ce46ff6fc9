import ArgumentParser
import CommandSupport
import Detection
import Models
import Records
import TrainerSupport
import Training

@main
struct UEDetect: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "ue-detect", abstract: "Find unlearnable records by a classifier trained on perturbed pictures.")

  @OptionGroup var operands: ModelOperand
  @OptionGroup(title: "Detection") var detection: DetectionOptions
  @OptionGroup(title: "Report") var report: DetectionReportOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Computation") var compute: ThreadOptions

  func validate() throws {
    if detection.verdict, detection.keep != .all {
      throw ValidationError("--verdict writes no records; --keep chooses among them.")
    }
    if detection.subtracted != nil, !detection.verdict { throw ValidationError("--subtracted belongs to --verdict.") }
    if detection.subtracted == "-", operands.model == "-" || operands.input.readsStandardInput {
      throw ValidationError("--subtracted -: standard input holds the records or the model already; name a file.")
    }
    if detection.verdict, report.json, report.report == nil {
      throw ValidationError("--verdict writes a sentence; --json belongs to its --report FILE.")
    }
    if !detection.verdict, report.report == "-", output.binary.destination.output == nil {
      throw ValidationError("--report -: standard output carries the records; name a file.")
    }
  }

  mutating func execute() throws {
    compute.configure()
    let (model, digest) = try operands.load { try ClassifierDocument.load($0, name: $1) }
    if detection.verdict { return try judge(model) }
    let finder = try Detection(model, rule: detection.rule, keeping: detection.keep)
    let reader = try operands.input.reader()
    let destination = try report.open()
    let writer = try output.writer(entry: Provenance.entry(models: [digest]))
    try report.write(watched(finder, reader, writer), to: destination)
  }

  /// Runs the detection, and shows how far it has come.
  private func watched(
    _ finder: Detection, _ reader: RecordReader, _ writer: RecordWriter? = nil
  ) throws -> DetectionReport {
    let progress = PassingProgress(reader, quiet: report.quiet)
    defer { progress.end() }
    return try finder.run(reader, writer) {
      progress.show(["looking for groups", "round \($0.round)", "\($0.records) records"])
    }
  }

  private func judge(_ model: any Classifier) throws {
    let finder = try Detection(model, rule: detection.rule)
    let reader = try operands.input.reader()
    let others = try detection.subtracted.map {
      RecordReader([try InputFile.open($0)], limits: operands.input.limits)
    }
    let destination = try report.open()
    let words = try output.binary.destination.create() ?? OutputFile.standardOutput
    let found = try watched(finder, reader)
    guard found.records > 0 else { throw reader.failure("the stream holds no records to judge") }
    let verdict = try judge(found, by: others, finder)
    if report.report != nil { try report.write(found, verdict, to: destination) }
    try words.commit(verdict.sentence(records: found.records) + "\n")
    if verdict.finding != .clean { throw ExitCode(verdict.finding == .poisoned ? 3 : 4) }
  }

  private func judge(_ found: DetectionReport, by others: RecordReader?, _ finder: Detection) throws -> Verdict {
    guard let others else { return found.pictureGroups.flatMap { Verdict($0) } ?? Verdict(found.labelLogOdds) }
    let subtracted = try watched(finder, others)
    guard subtracted.records == found.records else {
      throw others.failure(
        "there are \(subtracted.records) subtracted records where there are \(found.records) of the set")
    }
    if let record = zip(subtracted.labels, found.labels).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      throw others.failure(
        "record \(record) has the label \(subtracted.labels[record]), and of the set \(found.labels[record]): subtracted "
          + "records are to be the set's own in its order")
    }
    return Verdict(found.labelLogOdds, subtracted: subtracted.labelLogOdds)
  }
}
