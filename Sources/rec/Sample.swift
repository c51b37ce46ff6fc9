import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// Some records, drawn by chance.
struct Sample: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Passes on records drawn by chance, in their order.",
    discussion: """
      Who is drawn follows from the seed and the records' ids, whatever the frames. -n waits for the end of the stream, \
      with the records that may be drawn in a temporary file (TMPDIR); --rate passes records on as they come.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("How many records; all where there are fewer.", valueName: "n"))
  var number: Int?

  @Option(help: ArgumentHelp("Chance of each record, 0 to 1, instead of a number.", valueName: "share"))
  var rate: Double?

  @Option(help: ArgumentHelp("What the draws follow from.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions
  @Flag(name: .shortAndLong, help: "Say nothing of how many records went on.")
  var quiet = false

  func validate() throws {
    guard (number == nil) != (rate == nil) else { throw ValidationError("give either -n or --rate.") }
    if let number, number < 0 { throw ValidationError("-n \(number): give a number of records, 0 or more.") }
    if let rate, !(0...1).contains(rate) { throw ValidationError("--rate \(rate): give a number of 0 to 1.") }
  }

  func execute() throws {
    let size = rate.map(SampleFilter.Size.rate) ?? .count(number ?? 0)
    let counts = try SampleFilter(size, seed: seed).run(input.reader(), output.writer(entry: Provenance.entry()))
    if !quiet { StandardError.say("\(counts.written) of \(counts.read) records drawn") }
  }
}
