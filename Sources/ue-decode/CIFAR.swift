import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-decode cifar10`
struct CIFAR10: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar10",
    abstract: "Read CIFAR-10's binary files.",
    discussion: "Records of a label byte and 3072 bytes, as in data_batch_1.bin; plain or gzip.")

  @Argument(help: "The files, read one after the other. '-' or none: standard input.", completion: .file())
  var files: [String] = []

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func dataSet() throws -> DataSet {
    try DataSet.cifar(open(files), labels: .ten, selection: selection.selection)
  }
}

/// `ue-decode cifar100`
struct CIFAR100: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar100",
    abstract: "Read CIFAR-100's binary files.",
    discussion: "Records of two label bytes and 3072 bytes, as in train.bin; plain or gzip.")

  enum Labels: String, EnumerableFlag {
    case fine, coarse

    static func help(for value: Labels) -> ArgumentHelp? {
      value == .fine ? "Label the hundred classes." : "Label the twenty groups of classes."
    }
  }

  @Argument(help: "The files, read one after the other. '-' or none: standard input.", completion: .file())
  var files: [String] = []

  @Flag(exclusivity: .exclusive) var labels = Labels.fine
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func dataSet() throws -> DataSet {
    try DataSet.cifar(
      open(files), labels: labels == .fine ? .hundred : .twentyGroups, selection: selection.selection)
  }
}
