import ArgumentParser
import CommandSupport
import Formats
import Records

extension PictureLayout: ExpressibleByArgument {}

/// `ue-decode idx`
struct IDX: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "idx",
    abstract: "Read MNIST's IDX files.",
    discussion: """
      Files come in pairs, one of pictures and one of labels; which is which is told by their dimensions. Plain or gzip. \
      Grey pictures keep their one channel.
      """)

  @Argument(help: "A file of pictures and a file of labels; any number of pairs.", completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Order of the dimensions, where pictures have several channels and their numbers leave it open.",
      valueName: "nchw|nhwc"))
  var layout: PictureLayout?
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func dataSet() throws -> DataSet {
    try DataSet.idx(open(files), layout: layout, selection: selection.selection)
  }
}

/// `ue-decode npy`
struct NumPy: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "npy",
    abstract: "Read a pair of NumPy's .npy files.",
    discussion: """
      Pictures are integers of any type (0 to 255) or floats (0 to 1; they stay fractions, as float32); N×C×H×W, N×H×W×C \
      or N×H×W, with 1 or 3 channels. Labels are integers from 0 up, N or N×1, or one-hot rows. C or Fortran order; plain \
      or gzip.
      """)

  @Option(help: ArgumentHelp("The array of pictures.", valueName: "file"), completion: .file(extensions: ["npy"]))
  var images: String

  @Option(help: ArgumentHelp("The array of labels.", valueName: "file"), completion: .file(extensions: ["npy"]))
  var labels: String

  @Option(
    help: ArgumentHelp("Order of the dimensions, where the numbers leave it open.", valueName: "nchw|nhwc"))
  var layout: PictureLayout?
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func dataSet() throws -> DataSet {
    let files = try open([images, labels])
    return try DataSet.numPy(images: files[0], labels: files[1], layout: layout, selection: selection.selection)
  }
}

/// `ue-decode npz`
struct NumPyArchive: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "npz",
    abstract: "Read a pair of arrays of NumPy's .npz archives.",
    discussion: """
      The arrays are of the types and shapes that npy reads. The archive is copied to a temporary file (TMPDIR).
      """)

  @Argument(help: "The archive. '-' or none: standard input.", completion: .file(extensions: ["npz"]))
  var file: String?

  @Option(help: ArgumentHelp("The name of the array of pictures.", valueName: "name"))
  var images = "image"

  @Option(help: ArgumentHelp("The name of the array of labels.", valueName: "name"))
  var labels = "label"

  @Option(
    help: ArgumentHelp("Order of the dimensions, where the numbers leave it open.", valueName: "nchw|nhwc"))
  var layout: PictureLayout?
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func dataSet() throws -> DataSet {
    try DataSet.numPyArchive(
      open(file.map { [$0] } ?? [])[0], images: images, labels: labels, layout: layout, selection: selection.selection)
  }
}
