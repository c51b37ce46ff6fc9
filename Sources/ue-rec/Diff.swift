import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// How far two streams of the same records lie apart.
struct Diff: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Measures how far two streams of the same records lie apart.",
    discussion: """
      Records are compared by position, and their ids must agree. Pictures are measured on the unit scale, where U8 is \
      divided by 255: PSNR of the mean squared error over everything, the lowest and mean PSNR of the pictures that \
      differ, mean l2, mean and largest l-infinity. Of other columns the records that differ are counted. Differences \
      are the answer and no fault: the exit code is 0.
      """)

  @Option(
    help: ArgumentHelp("Columns to compare, with commas between; by default all but id.", valueName: "names"))
  var columns: NameList?

  @OptionGroup var report: ReportOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var limits: LimitOptions

  @Argument(help: "A record stream; '-' is standard input.", completion: .file(extensions: ["rec"]))
  var first: String

  @Argument(help: "The stream to compare it with.", completion: .file(extensions: ["rec"]))
  var second: String

  func validate() throws {
    if first == "-", second == "-" { throw ValidationError("standard input can be one of the streams, not both.") }
    try columns?.check("--columns")
  }

  func execute() throws {
    let (x, y) = try (InputFile.open(first), InputFile.open(second))
    let output = try report.open()
    let difference = try StreamDifference(
      of: RecordReader([x], limits: limits.limits), and: RecordReader([y], limits: limits.limits),
      columns: columns?.names)
    try output.commit(report.json ? difference.json.text + "\n" : difference.text)
  }
}
