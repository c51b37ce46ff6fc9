import ArgumentParser
import CommandSupport
import RecordTools

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UESqueeze.self

struct UESqueeze: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-squeeze",
    abstract: "Squeeze pictures, so that a shortcut in them is lost (image shortcut squeezing).",
    discussion: "Pictures come out with 8 bits a sample; every other column passes through.",
    subcommands: [SqueezeJPEG.self, SqueezeGray.self, SqueezeBitDepth.self, SqueezeBlur.self, SqueezeSharpen.self])
}

/// A subcommand: a filter of the pictures on a stream.
private protocol FilterCommand: Tool {
  var method: PictureFilter.Method { get }
  var threading: ThreadOptions { get }
  var output: OutputOptions { get }
  var input: InputOptions { get }
}

extension FilterCommand {
  func execute() throws {
    threading.configure()
    try PictureFilter(method).run(input.reader(), output.writer(entry: Provenance.entry()))
  }
}

/// `ue-squeeze jpeg`
struct SqueezeJPEG: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "jpeg", abstract: "Compress and expand each picture by JPEG, with 4:2:0 colours.")

  @Option(help: ArgumentHelp("1 to 100, on libjpeg's scale.", valueName: "q"))
  var quality = 10

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    guard (1...100).contains(quality) else { throw ValidationError("--quality \(quality): give a number of 1 to 100.") }
  }

  var method: PictureFilter.Method { .jpeg(quality: quality) }
}

/// `ue-squeeze gray`
struct SqueezeGray: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "gray", abstract: "Replace each picture by its luma, in three equal channels.")

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  var method: PictureFilter.Method { .gray }
}

/// `ue-squeeze bdr`
struct SqueezeBitDepth: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "bdr", abstract: "Keep the high bits of each sample only (bit-depth reduction).")

  @Option(help: ArgumentHelp("How many bits stay, 1 to 8; the others become 0.", valueName: "bits"))
  var depth = 2

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    guard (1...8).contains(depth) else { throw ValidationError("--depth \(depth): give a number of 1 to 8.") }
  }

  var method: PictureFilter.Method { .bitDepth(depth) }
}

/// `ue-squeeze blur`
struct SqueezeBlur: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "blur", abstract: "Take the finest detail from each picture by a binomial filter of 3x3.")

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  var method: PictureFilter.Method { .blur }
}

/// `ue-squeeze sharpen`
struct SqueezeSharpen: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "sharpen", abstract: "Amplify the finest detail of each picture, so that a classifier sees it first.")

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  var method: PictureFilter.Method { .sharpen }
}
