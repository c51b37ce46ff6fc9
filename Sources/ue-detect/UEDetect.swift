import ArgumentParser
import CommandSupport
import Detection
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
    if detection.subtracted == "-", operands.model == "-" || operands.input.readsStandardInput {
      throw ValidationError("--subtracted -: standard input holds the records or the model already; name a file.")
    }
    if detection.verdict, report.json, report.report == nil {
      throw ValidationError("--verdict writes a sentence; --json belongs to its --report FILE.")
    }
    guard !detection.verdict, output.binary.destination.output == nil else { return }
    for (option, file) in [("--report", report.report), ("--verdict-file", detection.verdictFile)] where file == "-" {
      throw ValidationError("\(option) -: standard output carries the records; name a file.")
    }
  }

  mutating func execute() throws {
    compute.configure()
    let (model, digest) = try operands.load { try ClassifierDocument.load($0, name: $1) }
    let detector = try Detector(
      model, rule: detection.rule, keeping: detection.keep, scoredBy: detection.scored ? digest : nil)
    let reader = try operands.input.reader()
    let question = try detection.question(limits: operands.input.limits)
    let destination = try report.open()
    let sentence = try openSentence()
    let writer = detection.verdict ? nil : try output.writer(entry: Provenance.entry(models: [digest]))
    let found = try watched(detector, reader, writer, question)
    // In place of records there is no report unless it is asked for.
    if !detection.verdict || destination != nil { try report.write(found, to: destination) }
    guard let sentence else { return }
    guard let verdict = found.verdict else { throw Failure(.software, "the detection came to no verdict") }
    try sentence.commit(verdict.sentence(records: found.records) + "\n")
    if detection.verdict, verdict.finding != .clean { throw ExitCode(verdict.finding == .poisoned ? 3 : 4) }
  }

  /// Where the verdict goes; nil where none is asked for.
  private func openSentence() throws -> OutputFile? {
    if detection.verdict { return try output.binary.destination.create() ?? OutputFile.standardOutput }
    return try detection.verdictFile.map { $0 == "-" ? OutputFile.standardOutput : try OutputFile.create($0) }
  }

  /// Runs the detection, and shows how far it has come.
  private func watched(
    _ detector: Detector, _ reader: RecordReader, _ writer: RecordWriter?, _ question: Detector.Question?
  ) throws -> DetectionReport {
    let progress = PassingProgress(reader, quiet: report.quiet)
    defer { progress.end() }
    return try detector.run(reader, writer, asking: question) {
      progress.show(["looking for groups", "round \($0.round)", "\($0.records) records"])
    }
  }
}
