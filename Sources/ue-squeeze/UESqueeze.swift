import ArgumentParser
import CommandSupport

@main
struct UESqueeze: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-squeeze",
    abstract: "Squeeze pictures, so that a shortcut in them is lost (image shortcut squeezing).",
    discussion: "Pictures come out with 8 bits a sample; every other column passes through.",
    subcommands: [SqueezeJPEG.self, SqueezeGray.self, SqueezeBitDepth.self])
}
