import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-decode folder`
struct Folder: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder",
    abstract: "Read a folder that holds a folder of pictures for each class, or with --flat pictures alone.",
    discussion: """
      Pictures are PNG, JPEG, BMP and, where the build has their libraries, WebP, GIF (the first of several) and TIFF. \
      Classes are numbered in the order of their folders' names, pictures in the order of their paths, both by bytes, as the \
      C locale sorts. Folders within a class folder belong to the class. Grey pictures become three equal channels, \
      transparent ones are laid over white, CMYK becomes RGB. A class folder without pictures keeps its number, and a note \
      says so. Files that are no pictures by their names' endings are left out and counted in a note; hidden files and \
      __MACOSX are passed over. A folder without class folders, or without any picture, is an error.
      """)

  /// Which files are counted where ids are.
  enum IDs: String, ExpressibleByArgument, CaseIterable { case read, all }

  @Argument(help: "The folder.", completion: .directory)
  var directory: String

  @Option(
    help: ArgumentHelp(
      "Scale each picture's shorter side to S pixels, antialiased, and keep the middle S by S. Without it all pictures "
        + "must be of one size.", valueName: "s"))
  var size: Int?

  @Flag(help: "Leave out pictures that cannot be read, naming and counting them, instead of stopping at the first.")
  var skipBroken = false

  @Option(
    help: ArgumentHelp(
      "Number the pictures that are read (read), or as torchvision's ImageFolder does all that it takes for pictures, those "
        + "left out included (all).", valueName: "read|all"))
  var ids = IDs.read

  @Flag(help: "Read pictures that lie in the folder itself; their ids are the last numbers in their names.")
  var flat = false

  @Option(
    help: ArgumentHelp(
      "For --flat: labels from an .npy array or a record stream by id, or from lines name,label. Without it records have none.",
      valueName: "file"), completion: .file())
  var labels: String?

  @OptionGroup var limits: LimitOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func validate() throws {
    if let size, !(1...16384).contains(size) { throw ValidationError("--size \(size): give a number of 1 to 16384.") }
    if labels != nil, !flat { throw ValidationError("--labels belongs to --flat; elsewhere folders are the classes.") }
    if flat, ids == .all { throw ValidationError("--ids all: with --flat the numbers in names are the ids.") }
  }

  func dataSet() throws -> DataSet {
    threads.configure()
    let options = DataSet.FolderOptions(
      size: size, skipsBroken: skipBroken, countsAsImageFolder: ids == .all, report: output.report)
    if flat {
      return try DataSet.flatFolder(
        directory, labels: labels.map(InputFile.open), limits: limits.limits, options: options,
        selection: selection.selection)
    }
    return try DataSet.folder(directory, options: options, selection: selection.selection)
  }
}
