import ArgumentParser
import CommandSupport

@main
struct Rec: Tool {
  static let configuration = CommandConfiguration(
    tool: "rec", abstract: "Looks at record streams and takes parts of them.",
    subcommands: [
      Info.self, Head.self, Select.self, Sample.self, Shuffle.self, Split.self, Merge.self, Diff.self,
      View.self,
    ])
}
