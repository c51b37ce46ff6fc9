import ArgumentParser
import CommandSupport
import Detection
import Models
import Records
import Training

/// The verdict by questions about records that the classifiers were not trained on.
struct HeldOutOptions: PassingOptions {
  static let passing: [PassingOption] = [.value("--augmented", "--sharpened", "--subtracted", "--reconstructed")]

  @Flag(
    help: "For the verdict: the model was trained on other records of the set; ask it about these with detail taken away.")
  var heldOut = false
  @Option(
    help: ArgumentHelp("Another classifier, of the same records cropped and mirrored.", valueName: "model"),
    completion: .file())
  var augmented: String?
  @Option(
    help: ArgumentHelp("Another classifier, of the same records sharpened (ue-squeeze).", valueName: "model"),
    completion: .file())
  var sharpened: String?
  @Option(
    help: ArgumentHelp("The held-out records with perturbations subtracted, to ask about.", valueName: "file"),
    completion: .file(extensions: ["rec"]))
  var subtracted: String?
  @Option(
    help: ArgumentHelp("The held-out records as a D-VAE reconstructs them, to ask about.", valueName: "file"),
    completion: .file(extensions: ["rec"]))
  var reconstructed: String?

  func validate() throws {
    guard !heldOut else { return }
    if let option = files.first?.option { throw ValidationError("\(option) belongs to --verdict --held-out.") }
  }

  /// The files named.
  var files: [(option: String, file: String)] {
    [
      ("--augmented", augmented), ("--sharpened", sharpened), ("--subtracted", subtracted),
      ("--reconstructed", reconstructed),
    ].compactMap { option, file in file.map { (option, $0) } }
  }

  /// The verdict on held-out records by a classifier of plain pictures, and those of other views that are named.
  ///
  /// - Throws: `Failure` where a file cannot be opened, and what the questions throw.
  func verdict(
    _ plain: ModelFile.Loaded<any Classifier>, _ reader: RecordReader, limits: StreamLimits
  ) throws -> Verdict {
    var models: [HeldOutQuestions.Asked] = [(.plain, plain.model, plain.classes)]
    for case (let view, let file?) in [(View.augmented, augmented), (.sharpened, sharpened)] {
      let loaded = try ModelFile.load(file, limits: limits) { try ClassifierDocument.load($0, name: $1) }
      models.append((view, loaded.model, loaded.classes))
    }
    let changed = try [(Question.subtracted, subtracted), (.reconstructed, reconstructed)].compactMap { question, file in
      try file.map { (question: question, reader: RecordReader([try InputFile.open($0)], limits: limits)) }
    }
    var questions = try HeldOutQuestions(models)
    return Verdict(try questions.run(reader, changed: changed))
  }
}
