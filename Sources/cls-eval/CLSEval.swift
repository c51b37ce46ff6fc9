import ArgumentParser
import Classification
import CommandSupport
import Records
import TrainerSupport
import Training

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = CLSEval.self

struct CLSEval: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "cls-eval", abstract: "Classify records by a model of cls-train and count the answers.")

  @OptionGroup var operands: ModelOperand
  @OptionGroup(title: "Report") var report: ReportOptions
  @OptionGroup(title: "Computation") var compute: ThreadOptions
  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  mutating func execute() throws {
    compute.configure()
    let loaded = try operands.load { try ClassifierDocument.load($0, name: $1) }
    let reader = try operands.input.reader()
    // An evaluation takes long: that its report cannot be written is known before.
    let output = try report.open()
    var evaluation = Evaluation(classes: loaded.classes)
    let progress = PassingProgress(reader, quiet: quiet)
    defer { progress.end() }
    while let batch = try reader.next() {
      try evaluation.add(batch, model: loaded.model) { reader.failure(record: $0, $1) }
    }
    progress.end()
    guard evaluation.count > 0 else { throw reader.failure("the stream holds no records to classify") }
    if report.json {
      try evaluation.writeJSON { try output.write(Array($0.utf8)) }
      try output.commit()
    } else {
      try output.commit(evaluation.table)
    }
  }
}
