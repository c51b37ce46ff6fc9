import ArgumentParser
import CommandSupport
import RecordTools

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UESqueeze.self

struct UESqueeze: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-squeeze",
    abstract: "Squeeze pictures, so that a shortcut in them is lost (image shortcut squeezing).",
    discussion: """
      Pictures come out with 8 bits a sample, or by --variant published as float32; every other column passes through.
      """,
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

/// Whose form of a method it is.
enum SqueezeVariant: String, ExpressibleByArgument, CaseIterable {
  /// On 8 bits, as image shortcut squeezing was published.
  case original
  /// On fractions, as it was measured beside D-VAE.
  case published
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

  @Option(
    help: "The form: original (rounded to 8 bits) or published (as measured beside D-VAE: fractions, in float32).")
  var variant = SqueezeVariant.original
  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  var method: PictureFilter.Method { variant == .original ? .gray : .grayFractions }
}

/// `ue-squeeze bdr`
struct SqueezeBitDepth: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "bdr", abstract: "Keep the high bits of each sample only (bit-depth reduction).")

  @Option(help: ArgumentHelp("How many bits stay, 1 to 8; the others become 0.", valueName: "bits"))
  var depth = 2
  @Option(help: "The form: original (levels 0, 64, 128, 192) or published (as measured beside D-VAE: 0, ¼, ½, ¾, 1).")
  var variant = SqueezeVariant.original

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    guard (1...8).contains(depth) else { throw ValidationError("--depth \(depth): give a number of 1 to 8.") }
  }

  var method: PictureFilter.Method { variant == .original ? .bitDepth(depth) : .fractionDepth(depth) }
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
