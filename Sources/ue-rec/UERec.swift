import ArgumentParser
import CommandSupport

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UERec.self

struct UERec: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-rec", abstract: "Looks at record streams and takes parts of them.",
    subcommands: [
      Info.self, Head.self, Select.self, Sample.self, Shuffle.self, Split.self, Merge.self, Diff.self,
      View.self,
    ])
}
