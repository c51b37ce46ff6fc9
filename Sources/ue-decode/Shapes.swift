import ArgumentParser
import CommandSupport
import Formats
import Records

/// `ue-decode shapes`
struct Shapes: DecodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "shapes",
    abstract: "Make the built-in set of ten outlines, 32 by 32 pixels in colour.",
    discussion: """
      Place, size, tilt, colours, background and noise of the outlines vary. Every ten records hold each class once. A \
      record depends on the seed and its position only, so a larger count begins with the records of a smaller one.
      """)

  @Option(help: ArgumentHelp("How many records to make.", valueName: "n"))
  var count = 1000

  @Option(
    help: ArgumentHelp("What all random numbers follow from; the same seed gives the same bytes.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var output: DecodeOutput

  func validate() throws {
    if count < 0 { throw ValidationError("--count \(count): give a number from 0 up.") }
  }

  func dataSet() throws -> DataSet {
    threads.configure()
    return try DataSet.shapes(count: count, seed: seed, selection: selection.selection)
  }
}
