import ArgumentParser
import CommandSupport

@main
struct UERec: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-rec", abstract: "Looks at record streams and takes parts of them.",
    subcommands: [
      Info.self, Head.self, Select.self, Sample.self, Shuffle.self, Split.self, Merge.self, Diff.self,
      View.self,
    ])
}
