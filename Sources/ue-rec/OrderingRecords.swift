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
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func execute() throws {
    try ShuffleFilter(seed: seed).run(input.reader(), output.writer(entry: Provenance.entry()))
  }
}

/// A stream cut into several.
struct Split: Tool, PassingOptions {
  static let passing: [PassingOption] = [.value("--level")]

  static let configuration = CommandConfiguration(
    abstract: "Cuts a stream into files of nearly equal length.",
    discussion: """
      The files are named PREFIX0.rec, PREFIX1.rec and so on, with as many digits as the last one needs; in this order \
      they are the stream again. The records wait in a temporary file (TMPDIR), and their history stays as it is.
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("How many files.", valueName: "n"))
  var number: Int

  @Option(help: ArgumentHelp("What the files' names begin with, such as parts/cifar-.", valueName: "prefix"))
  var prefix: String

  @Option(help: ArgumentHelp("zstd compression level, 1 to 22.", valueName: "n"))
  var level = 1

  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func validate() throws {
    guard (1...10_000).contains(number) else { throw ValidationError("-n \(number): give a number of 1 to 10000.") }
    guard FrameWriter.compressionLevels.contains(level) else {
      throw ValidationError("--level \(level): give a level of 1 to 22.")
    }
  }

  func execute() throws {
    let digits = String(number - 1).count
    try SplitFilter(pieces: number).run(input.reader()) { piece in
      let name = String(piece)
      let path = prefix + String(repeating: "0", count: digits - name.count) + name + ".rec"
      return RecordWriter(try OutputFile.create(path), compressionLevel: level)
    }
  }
}
