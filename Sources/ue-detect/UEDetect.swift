import ArgumentParser
import CommandSupport
import Detection
import Models
import Records
import TrainerSupport
import Training

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UEDetect.self

struct UEDetect: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "ue-detect", abstract: "Find unlearnable records by a classifier trained on perturbed pictures.")

  @OptionGroup var operands: ModelOperand
  @OptionGroup(title: "Detection") var detection: DetectionOptions
  @OptionGroup(title: "Swapped detail") var swap: DetailSwapOptions
  @OptionGroup(title: "Report") var report: DetectionReportOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Computation") var compute: ThreadOptions

  func validate() throws {
    try checkDetail()
    guard !detection.verdict, output.binary.destination.output == nil else { return }
    for (option, file) in [("--report", report.report), ("--verdict-file", detection.verdictFile)] where file == "-" {
      throw ValidationError("\(option) -: standard output carries the records; name a file.")
    }
  }

  private func checkDetail() throws {
    guard swap.isAsked else {
      if swap.sharpen, detection.detail == nil {
        throw ValidationError("--sharpen belongs to --held-out, --learnt and --detail.")
      }
      return
    }
    let name = swap.learnt ? "--learnt" : "--held-out"
    if swap.learnt, swap.heldOut {
      throw ValidationError("--held-out and --learnt are two verdicts; ask for one.")
    }
    guard detection.verdict else { throw ValidationError("\(name) belongs to --verdict.") }
    if detection.threshold != nil || detection.detail != nil {
      throw ValidationError("\(name) flags no records; leave out --threshold and --detail.")
    }
    if report.report != nil, !report.json {
      throw ValidationError("\(name) has no table; give --json beside --report.")
    }
  }

  mutating func execute() throws {
    compute.configure()
    let loaded = try operands.load { try ClassifierDocument.load($0, name: $1) }
    if swap.isAsked { return try judgeByDetail(loaded) }
    let detector = try Detector(
      loaded.model, classes: loaded.classes, rule: detection.rule, leastShare: detection.leastShare ?? 0,
      scoring: scoring, keeping: detection.keep, scoredBy: detection.scored ? loaded.digest : nil)
    let reader = try operands.input.reader()
    let destination = try report.open()
    let sentence = try openSentence()
    let writer = detection.verdict ? nil : try output.writer(entry: Provenance.entry(models: [loaded.digest]))
    let found = try watched(detector, reader, writer)
    // In place of records there is no report unless it is asked for.
    if !detection.verdict || destination != nil { try report.write(found, to: destination) }
    guard let sentence else { return }
    guard let verdict = found.verdict else { throw Failure(.software, "the detection came to no verdict") }
    try write(verdict, records: found.records, to: sentence)
  }

  private var scoring: Detector.Scoring {
    detection.detail.map { .detail($0, sharpens: swap.sharpen) } ?? .picture
  }

  private func judgeByDetail(_ loaded: ModelFile.Loaded<any Classifier>) throws {
    let reader = try operands.input.reader()
    let progress = PassingProgress(reader, quiet: report.quiet)
    defer { progress.end() }
    let evidence = try report.open()
    let destination = try output.binary.destination.create() ?? OutputFile.standardOutput
    let verdict = try swap.verdict(loaded, reader)
    try evidence?.commit(verdict.json.text + "\n")
    try write(verdict, records: verdict.evidence?.records ?? 0, to: destination)
  }

  /// Writes a verdict, as a sentence or for programs, and ends in its status where no records are written.
  private func write(_ verdict: Verdict, records: Int, to destination: OutputFile) throws {
    let isJSON = detection.verdict && report.json && report.report == nil
    try destination.commit((isJSON ? verdict.json.text : verdict.sentence(records: records)) + "\n")
    if detection.verdict, verdict.finding != .clean { throw ExitCode(verdict.finding == .poisoned ? 3 : 4) }
  }

  /// Where the verdict goes; nil where none is asked for.
  private func openSentence() throws -> OutputFile? {
    if detection.verdict { return try output.binary.destination.create() ?? OutputFile.standardOutput }
    return try detection.verdictFile.map { $0 == "-" ? OutputFile.standardOutput : try OutputFile.create($0) }
  }

  /// Runs the detection, and shows how far it has come.
  private func watched(
    _ detector: Detector, _ reader: RecordReader, _ writer: RecordWriter?
  ) throws -> DetectionReport {
    let progress = PassingProgress(reader, quiet: report.quiet)
    defer { progress.end() }
    return try detector.run(reader, writer, judging: detection.judges) {
      progress.show(["looking for groups", "round \($0.round)", counted($0.records, "record")])
    }
  }
}
