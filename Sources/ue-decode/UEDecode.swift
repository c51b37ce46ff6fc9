import ArgumentParser
import CommandSupport

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UEDecode.self

struct UEDecode: Tool {
  static let configuration = CommandConfiguration(
    tool: "ue-decode",
    abstract: "Turn a data set on disk into a stream of records.",
    discussion: """
      Each record has its picture (planes of 8 bits, or of fractions where the data set has them), its label and its \
      position in the data set. Names of classes go along where the data set has them.
      """,
    subcommands: [
      CIFAR10.self, CIFAR100.self, IDX.self, Folder.self, NumPy.self, NumPyArchive.self, Safetensors.self,
      WebDataset.self, Shapes.self,
    ])
}
