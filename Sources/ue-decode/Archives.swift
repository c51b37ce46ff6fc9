import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-decode webdataset`
struct WebDataset: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "webdataset",
    abstract: "Read WebDatasets, tar archives of pictures and labels.",
    discussion: """
      Files of one name up to its first dot are a record, one after the other: a .png, .jpg, .webp and the like is its \
      picture, a .cls or else a .txt its label, a number or a name; an integer id in a .json is its id, and its position \
      otherwise. Other files are left out and counted in a note. Plain or gzip; archives that stand end to end are one.
      """)

  @Argument(help: "The archives, read one after the other. '-' or none: standard input.", completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Scale each picture's shorter side to S pixels, antialiased, and keep the middle S by S. Without it all pictures "
        + "must be of one size.", valueName: "s"))
  var size: Int?

  @Flag(help: "Leave out pictures that cannot be read, naming and counting them, instead of stopping at the first.")
  var skipBroken = false

  @Option(
    name: .customLong("label-key"),
    help: ArgumentHelp(
      "Take labels from this member of the .json; of objects within, names stand with dots between.", valueName: "key"))
  var labelKey: String?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func validate() throws {
    if labelKey == "" { throw ValidationError("--label-key: give the name of a member.") }
    if let size, !(1...16384).contains(size) { throw ValidationError("--size \(size): give a number of 1 to 16384.") }
  }

  func dataSet() throws -> DataSet {
    threads.configure()
    let options = DataSet.FolderOptions(size: size, skipsBroken: skipBroken, report: output.report)
    return try DataSet.webDataset(
      open(files), labels: labelKey.map { .json(key: $0) } ?? .file, options: options, selection: selection.selection)
  }
}

/// `ue-decode safetensors`
struct Safetensors: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "safetensors",
    abstract: "Read plain safetensors files of columns.",
    discussion: """
      Every tensor is a column, its first dimension the records; image is N×C×H×W, integers of 0 to 255 or floats in \
      [0, 1] of any type, label and id are integers of any type, or label one column a class. All columns pass, and \
      metadata too.
      """)

  @Argument(
    help: "The files, read one after the other. '-' or none: standard input.",
    completion: .file(extensions: ["safetensors"]))
  var files: [String] = []

  @OptionGroup var limits: LimitOptions
  @OptionGroup var output: DecodeOutput

  func dataSet() throws -> SafetensorsSource {
    SafetensorsSource(try open(files), limits: limits.limits, report: output.report)
  }
}
