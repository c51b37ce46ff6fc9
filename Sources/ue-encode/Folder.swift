import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-encode folder`
struct Folder: EncodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder",
    abstract: "Write a folder that holds a folder of PNG or JPEG files for each class.",
    discussion: """
      Files are named DIRECTORY/CLASS/ID.png, with eight digits or more. Where the stream does not name its classes \
      their folders are called 0000, 0001 and so on. With --name path they are named as in the folder they came from.
      """)

  @Argument(help: "The folder to make; it must be new or empty.", completion: .directory)
  var directory: String

  @Option(name: .customLong("name"), help: "What files are named by.")
  var naming = RecordNaming.id

  @Option(
    help: ArgumentHelp(
      "Write JPEG files of this quality, 1 to 100; with --name path of those pictures that were JPEG files.",
      valueName: "quality"))
  var jpeg: Int?

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    if let jpeg, !(1...100).contains(jpeg) { throw ValidationError("--jpeg \(jpeg): give a quality of 1 to 100.") }
  }

  func sink() throws -> ClassFolderSink {
    threading.configure()
    return try ClassFolderSink(directory, naming: naming, jpegQuality: jpeg)
  }
}
