import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-encode cifar10`
struct CIFAR10: EncodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar10",
    abstract: "Write CIFAR-10's binary form.",
    discussion: "Records of a label byte and 3072 bytes: pictures of 32 by 32 in colour, labels of 0 to 9.")

  @OptionGroup var output: BinaryOutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func sink() throws -> CIFARSink { CIFARSink(try output.open(), labels: .ten) }
}

/// `ue-encode cifar100`
struct CIFAR100: EncodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "cifar100",
    abstract: "Write CIFAR-100's binary form.",
    discussion: "Records of two label bytes and 3072 bytes; the group of a class is CIFAR-100's.")

  @OptionGroup var output: BinaryOutputOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func sink() throws -> CIFARSink { CIFARSink(try output.open(), labels: .hundred) }
}
