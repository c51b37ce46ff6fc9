import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// The first records of a stream.
struct Head: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Passes on the first records.",
    discussion: "No more is read than is needed, and the records' history stays as it is.")

  @Option(name: .shortAndLong, help: ArgumentHelp("How many records.", valueName: "n"))
  var number = 10

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions

  func validate() throws {
    if number < 0 { throw ValidationError("-n \(number): give a number of records, 0 or more.") }
  }

  func execute() throws {
    try HeadFilter(count: number).run(input.reader(), output.writer(entry: nil))
  }
}
