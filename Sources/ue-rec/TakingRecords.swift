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
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    if number < 0 { throw ValidationError("-n \(number): give a number of records, 0 or more.") }
  }

  func execute() throws {
    try HeadFilter(count: number).run(input.reader(), output.writer(entry: nil))
  }
}

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
  @OptionGroup var telling: QuietOption

  func execute() throws {
    let filter = SelectFilter(try Expression(parsing: condition))
    let counts = try filter.run(input.reader(), output.writer(entry: Provenance.entry()))
    telling.say("\(counts.written) of \(counted(counts.read, "record")) selected")
  }
}

/// Some records, drawn at random.
struct Sample: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Passes on records drawn at random, in their order.",
    discussion: """
      Who is drawn follows from the seed and the records' ids, whatever the frames. -n waits for the end of the stream, \
      with the records that may be drawn in a temporary file (TMPDIR); --rate passes records on as they come.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("How many records; all where there are fewer.", valueName: "n"))
  var number: Int?

  @Option(help: ArgumentHelp("Probability of each record, 0 to 1, instead of a number.", valueName: "share"))
  var rate: Double?

  @Option(help: ArgumentHelp("What the draws follow from.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var output: OutputOptions
  @OptionGroup var input: InputOptions
  @OptionGroup var telling: QuietOption

  func validate() throws {
    guard (number == nil) != (rate == nil) else { throw ValidationError("give either -n or --rate.") }
    if let number, number < 0 { throw ValidationError("-n \(number): give a number of records, 0 or more.") }
    if let rate, !(0...1).contains(rate) { throw ValidationError("--rate \(rate): give a number of 0 to 1.") }
  }

  func execute() throws {
    let size = rate.map(SampleFilter.Size.rate) ?? .count(number ?? 0)
    let counts = try SampleFilter(size, seed: seed).run(input.reader(), output.writer(entry: Provenance.entry()))
    telling.say("\(counts.written) of \(counted(counts.read, "record")) drawn")
  }
}
