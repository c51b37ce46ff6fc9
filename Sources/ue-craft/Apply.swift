import ArgumentParser
import CommandSupport
import Formats
import Poisons
import Records

extension ForeignPerturbations.Assignment: ExpressibleByArgument {}
extension ForeignPerturbations.Scale: ExpressibleByArgument {}
extension PictureLayout: ExpressibleByArgument {}

/// `ue-craft apply`.
struct Apply: Tool {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Add perturbations that were made elsewhere.",
    discussion: """
      Reads .npy, .npz and the zip form of PyTorch's .pt, and executes nothing of what they hold. What is not told of the \
      array follows from it where it can; where it cannot, an error says which option tells.
      """)

  @Argument(help: "The file of perturbations.", completion: .file(extensions: ["npy", "npz", "pt"]))
  var perturbations: String
  @OptionGroup var poisoning: PoisoningOptions
  @Option(help: ArgumentHelp("The array's name, where the file holds several.", valueName: "name"))
  var array: String?
  @Option(help: "What a perturbation is found by: id (one for each record) or label (one for each class).")
  var by: ForeignPerturbations.Assignment?
  @Option(help: "What the numbers mean: unit (pictures lie in 0 to 1) or byte (in 0 to 255).")
  var scale: ForeignPerturbations.Scale?
  @Option(help: ArgumentHelp("Order of the dimensions, where the numbers leave it open.", valueName: "nchw|nhwc"))
  var layout: PictureLayout?
  @OptionGroup var telling: QuietOption

  func validate() throws {
    if perturbations == "-", poisoning.input.files.isEmpty || poisoning.input.files.contains("-") {
      throw ValidationError("standard input cannot be both the perturbations and the records; name a file for one.")
    }
  }

  mutating func execute() throws {
    let array = try ForeignArray.read(try InputFile.open(perturbations), array: array)
    try poisoning.run(
      ForeignPerturbations(array, by: by, scale: scale, layout: layout), quiet: telling.quiet)
  }
}
