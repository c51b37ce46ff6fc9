import ArgumentParser
import Classification
import CommandSupport
import Records

@main
struct CLSEval: Tool {
  static let configuration = CommandConfiguration(
    tool: "cls-eval", abstract: "Classify records by a model of cls-train and count the answers.")

  @Argument(help: "The model; '-' for standard input.", completion: .file())
  var model: String
  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Report") var report: ReportOptions
  @OptionGroup(title: "Computation") var compute: ThreadOptions

  func validate() throws {
    if model == "-", input.files.isEmpty || input.files.contains("-") {
      throw ValidationError("standard input cannot be both the model and the records; name a file for one of them.")
    }
  }

  mutating func execute() throws {
    compute.configure()
    let document = try ModelFile.read(model, limits: input.limits)
    let (network, ignored) = try ClassifierDocument.load(document, name: model)
    ModelFile.noteIgnored(ignored, in: model)
    let reader = try input.reader()
    // An evaluation takes long: that its report cannot be written is known before.
    let output = try report.open()
    var evaluation = Evaluation(classes: network.configuration.classes)
    while let batch = try reader.next() {
      try evaluation.add(batch, model: network) { reader.failure(record: $0, $1) }
    }
    guard evaluation.count > 0 else { throw reader.failure("the stream holds no records to classify") }
    try output.commit(report.json ? evaluation.json : evaluation.table)
  }
}
