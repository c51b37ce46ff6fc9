import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-decode folder`
struct Folder: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder",
    abstract: "Read a folder that holds a folder of PNG and JPEG files for each class.",
    discussion: """
      Classes are numbered in the order of their folders' names, pictures in the order of theirs, both by bytes, as the \
      C locale sorts. Folders within a class folder belong to the class. Grey pictures become three equal channels, \
      transparent ones are laid over white; a CMYK JPEG counts as broken. A class folder without pictures keeps its \
      number, and a note says so. Files whose names do not end in .png, .jpg or .jpeg are left out and counted in a \
      note; hidden files are passed over. A folder without class folders, or without any picture, is an error.
      """)

  @Argument(help: "The folder.", completion: .directory)
  var directory: String

  @Option(
    help: ArgumentHelp(
      "Scale each picture's shorter side to S pixels, antialiased, and keep the middle S by S. Without it all pictures "
        + "must be of one size.", valueName: "s"))
  var size: Int?

  @Flag(help: "Leave out pictures that cannot be read, naming and counting them, instead of stopping at the first.")
  var skipBroken = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func validate() throws {
    if let size, !(1...16384).contains(size) { throw ValidationError("--size \(size): give a number of 1 to 16384.") }
  }

  func dataSet() throws -> DataSet {
    threads.configure()
    let options = DataSet.FolderOptions(size: size, skipsBroken: skipBroken, report: output.report)
    return try DataSet.folder(directory, options: options, selection: selection.selection)
  }
}
