import ArgumentParser
import CommandSupport
import RecordTools

@main
struct UESqueeze: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-squeeze",
    abstract: "Squeeze pictures, so that a shortcut in them is lost (image shortcut squeezing).",
    discussion: "Pictures come out with 8 bits a sample; every other column passes through.",
    subcommands: [SqueezeJPEG.self, SqueezeGray.self, SqueezeBitDepth.self, SqueezeBlur.self, SqueezeSharpen.self])
}

/// `ue-squeeze jpeg`
struct SqueezeJPEG: Tool {
  static let configuration = CommandConfiguration(
    commandName: "jpeg", abstract: "Compress and expand each picture by JPEG, with 4:2:0 colours.")

  @Option(help: ArgumentHelp("1 to 100, on libjpeg's scale.", valueName: "q"))
  var quality = 10

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func validate() throws {
    guard (1...100).contains(quality) else { throw ValidationError("--quality \(quality): give a number of 1 to 100.") }
  }

  func execute() throws {
    threading.configure()
    try squeeze(ImageShortcutSqueezing(.jpeg(quality: quality)), input, output)
  }
}

/// `ue-squeeze gray`
struct SqueezeGray: Tool {
  static let configuration = CommandConfiguration(
    commandName: "gray", abstract: "Replace each picture by its luma, in three equal channels.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func execute() throws { try squeeze(ImageShortcutSqueezing(.gray), input, output) }
}

/// `ue-squeeze bdr`
struct SqueezeBitDepth: Tool {
  static let configuration = CommandConfiguration(
    commandName: "bdr", abstract: "Keep the high bits of each sample only (bit-depth reduction).")

  @Option(help: ArgumentHelp("How many bits stay, 1 to 8; the others become 0.", valueName: "bits"))
  var depth = 2

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func validate() throws {
    guard (1...8).contains(depth) else { throw ValidationError("--depth \(depth): give a number of 1 to 8.") }
  }

  func execute() throws { try squeeze(ImageShortcutSqueezing(.bitDepth(depth)), input, output) }
}

/// `ue-squeeze blur`
struct SqueezeBlur: Tool {
  static let configuration = CommandConfiguration(
    commandName: "blur", abstract: "Take the finest detail from each picture by a binomial filter of 3x3.")

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func execute() throws {
    threading.configure()
    try squeeze(ImageShortcutSqueezing(.blur), input, output)
  }
}

/// `ue-squeeze sharpen`
struct SqueezeSharpen: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sharpen", abstract: "Amplify the finest detail of each picture, so that a classifier sees it first.")

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func execute() throws {
    threading.configure()
    try squeeze(ImageShortcutSqueezing(.sharpen), input, output)
  }
}

/// The filter that all methods are.
private func squeeze(_ squeezing: ImageShortcutSqueezing, _ input: InputOptions, _ output: OutputOptions) throws {
  try squeezing.run(input.reader(), output.writer(entry: Provenance.entry()))
}
