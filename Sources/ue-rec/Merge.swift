import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// Columns of another stream, by id.
struct Merge: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Gives records the columns that another stream has for the same ids.",
    discussion: """
      The records of the first stream pass in their order; the second waits in a temporary file (TMPDIR), in whatever \
      order it comes. Its records that the first lacks are not used.
      """)

  @Option(
    help: ArgumentHelp(
      "Columns to take, with commas between, also in the place of the first stream's own; by default all that it lacks.",
      valueName: "names"))
  var columns: NameList?

  @Flag(help: "Leave out records whose id the second stream lacks, instead of stopping at the first.")
  var matched = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var telling: QuietOption

  @Argument(help: "A record stream; '-' is standard input.", completion: .file(extensions: ["rec"]))
  var first: String

  @Argument(help: "The stream whose columns are added.", completion: .file(extensions: ["rec"]))
  var second: String

  func validate() throws {
    if first == "-", second == "-" { throw ValidationError("standard input can be one of the streams, not both.") }
    try columns?.check("--columns")
    if columns?.names.contains("id") == true { throw ValidationError("--columns: the ids are what merging goes by.") }
  }

  func execute() throws {
    let readers = try [first, second].map { RecordReader([try InputFile.open($0)], limits: limits.limits) }
    let filter = MergeFilter(with: readers[1], columns: columns?.names, leavesOutUnmatched: matched)
    let counts = try filter.run(readers[0], output.writer(entry: Provenance.entry()))
    telling.say("\(counts.written) of \(counted(counts.read, "record")) merged")
  }
}
