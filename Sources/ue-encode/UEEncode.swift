import ArgumentParser
import CommandSupport

@main
struct UEEncode: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-encode",
    abstract: "Turn a stream of records into a data set on disk.",
    discussion: """
      The way back from ue-decode. What the form of data set cannot hold, such as further columns, is named in a note.
      """,
    subcommands: [
      Folder.self, CIFAR10.self, CIFAR100.self, NumPyArchive.self, Safetensors.self, WebDataset.self,
    ])
}
