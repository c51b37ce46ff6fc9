import ArgumentParser
import CommandSupport
import Formats
import Poisons
import Records

extension ForeignPerturbations.Assignment: ExpressibleByArgument {}
extension ForeignPerturbations.Scale: ExpressibleByArgument {}
extension PerturbationFit: ExpressibleByArgument {}
extension PictureLayout: ExpressibleByArgument {}

/// `ue-craft apply`.
struct Apply: Tool {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Add perturbations that were made elsewhere.",
    discussion: """
      Reads .npy, .npz, .safetensors, pickles, both forms of PyTorch's .pt, and streams that --emit perturbation wrote; \
      executes nothing of what they hold. What is not told of the array follows from it where it can; where it cannot, an \
      error says which option tells.
      """)

  @Argument(
    help: "The file of perturbations.",
    completion: .file(extensions: ["npy", "npz", "pt", "pth", "pkl", "safetensors", "rec"]))
  var perturbations: String
  @OptionGroup var poisoning: PoisoningOptions
  @Option(
    help: ArgumentHelp(
      "The array's name, where the file holds several; names within names are joined by points.", valueName: "name"))
  var array: String?
  @Option(help: ArgumentHelp("Which set, where the array holds several sets of perturbations.", valueName: "n"))
  var index: Int?
  @Option(
    help: "What a perturbation is found by: id (one for each record), label (one for each class) or all (one for all).")
  var by: ForeignPerturbations.Assignment?
  @Option(help: "What the numbers mean: unit (pictures lie in 0 to 1) or byte (in 0 to 255).")
  var scale: ForeignPerturbations.Scale?
  @Flag(help: "Take unsigned integers as signed ones of the same size.")
  var signed = false
  @Option(help: ArgumentHelp("Order of the dimensions, where the numbers leave it open.", valueName: "nchw|nhwc"))
  var layout: PictureLayout?
  @Option(help: "What becomes of perturbations of another size: crop, resize, pad or centre (for patches).")
  var fit: PerturbationFit?
  @Option(
    help: ArgumentHelp("A file of the ids of the records that are poisoned; others stay clean.", valueName: "file"),
    completion: .file())
  var only: String?
  @Flag(help: "Go on where an id occurs twice, or a perturbation by id belongs to no record.")
  var allowMismatch = false
  @OptionGroup var rounding: QuantizeOption
  @OptionGroup var telling: QuietOption

  func validate() throws {
    if perturbations == "-", poisoning.input.files.isEmpty || poisoning.input.files.contains("-") {
      throw ValidationError("standard input cannot be both the perturbations and the records; name a file for one.")
    }
    if let index, index < 0 { throw ValidationError("--index \(index): give a number from 0 up.") }
  }

  mutating func execute() throws {
    let file = try InputFile.open(perturbations)
    let isStream = FileKind(try file.peek(FileKind.byteCount)) == .records
    let poison = isStream ? try recorded(file) : try foreign(file)
    try poisoning.run(
      poison.perturbations, share: poison.share, quantization: rounding.quantise, quiet: telling.quiet)
  }

  private typealias Found = (perturbations: ForeignPerturbations, share: PoisonedShare)

  private func foreign(_ file: InputFile) throws -> Found {
    var array = try ForeignArray.read(file, array: array)
    if let index {
      guard array.shape.count > 3 else {
        throw Failure(.usage, "\(array.name): does not hold several sets of perturbations; leave --index out")
      }
      guard index < array.shape[0] else {
        throw Failure(.usage, "--index \(index): \(array.name) holds \(array.shape[0]) sets, counted from 0")
      }
      array = array.slice(index)
    }
    if signed {
      guard array.isInteger else { throw Failure(.usage, "\(array.name): holds \(array.typeName); leave --signed out") }
      array = array.signed
    }
    let share = share(of: try only.map { try IDList(reading: InputFile.open($0)) })
    var options = ForeignPerturbations.Options()
    options.assignment = by
    options.scale = scale
    options.layout = layout
    options.fit = fit
    options.allowsMismatch = allowMismatch
    return (try ForeignPerturbations(array, options, share: share), share)
  }

  private func share(of list: IDList?) -> PoisonedShare {
    var list = list
    list?.allowsMismatch = allowMismatch
    return poisoning.share(of: list)
  }

  /// The perturbations of a record stream, of which everything is known.
  private func recorded(_ file: InputFile) throws -> Found {
    let told = [
      ("--array", array != nil), ("--index", index != nil), ("--scale", scale != nil), ("--signed", signed),
      ("--layout", layout != nil), ("--by", by != nil && by != .id), ("--only", only != nil),
    ]
    if let option = told.first(where: \.1)?.0 {
      throw Failure(
        .usage,
        "\(file.name): the perturbations of a record stream are found by id and tell all else; leave \(option) out")
    }
    let records = try RecordedPerturbations(file, limits: poisoning.input.limits)
    let share = share(of: records.poisoned)
    var options = ForeignPerturbations.Options()
    options.scale = .unit
    options.fit = fit
    options.allowsMismatch = allowMismatch
    return (try ForeignPerturbations(records.array, rows: records.rows, options, share: share), share)
  }
}
