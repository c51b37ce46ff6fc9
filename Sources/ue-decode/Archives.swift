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
      Files of one name up to its first dot are a record: a .png, .jpg or .jpeg is its picture, a .cls its label in \
      digits; an integer id in a .json is its id, and its position otherwise. Other files are left out and counted in a \
      note. Plain or gzip.
      """)

  @Argument(help: "The archives, read one after the other. '-' or none: standard input.", completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Scale each picture's shorter side to S pixels, antialiased, and keep the middle S by S. Without it all pictures "
        + "must be of one size.", valueName: "s"))
  var size: Int?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func validate() throws {
    if let size, !(1...16384).contains(size) { throw ValidationError("--size \(size): give a number of 1 to 16384.") }
  }

  func dataSet() throws -> DataSet {
    threads.configure()
    let options = DataSet.FolderOptions(size: size, report: output.report)
    return try DataSet.webDataset(open(files), options: options, selection: selection.selection)
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
