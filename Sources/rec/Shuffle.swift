import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// All records in random order.
struct Shuffle: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Puts records in random order.",
    discussion: "The records wait in a temporary file (TMPDIR), so that a stream larger than memory can be shuffled.")

  @Option(help: ArgumentHelp("What the order follows from.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func execute() throws {
    try ShuffleFilter(seed: seed).run(input.reader(), output.writer(entry: Provenance.entry()))
  }
}
