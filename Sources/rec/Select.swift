import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// The records that meet a condition.
struct Select: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Passes on the records that meet a condition.",
    discussion: """
      A condition compares columns of one number a record: 'label == 3 && flag == 1', '!poisoned', 'score >= 0.5', \
      'label == "cat"'. Comparisons are == != < <= > >=; && goes before ||, and brackets before both.
      """)

  @Argument(help: ArgumentHelp("The condition, in quotes for the shell.", valueName: "condition"))
  var condition: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions
  @Flag(name: .shortAndLong, help: "Say nothing of how many records went on.")
  var quiet = false

  func execute() throws {
    let filter = SelectFilter(try Expression(parsing: condition))
    let counts = try filter.run(input.reader(), output.writer(entry: Provenance.entry()))
    if !quiet { StandardError.say("\(counts.written) of \(counts.read) records selected") }
  }
}
