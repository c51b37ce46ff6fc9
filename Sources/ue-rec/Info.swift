import ArgumentParser
import CommandSupport
import RecordTools
import Records

/// What streams, models and checkpoints hold; a check of the whole of each.
struct Info: Tool {
  static let configuration = CommandConfiguration(
    abstract: "Tells what record streams, models and checkpoints hold, and whether they are whole.",
    discussion: """
      Every byte is read and checked. Files that are damaged or cut short are named on standard error, the others are \
      told of all the same, and the exit code is that of the first fault.
      """)

  @OptionGroup var report: ReportOptions
  @OptionGroup var telling: QuietOption
  @OptionGroup var input: InputOptions

  func execute() throws {
    let paths = try input.paths()
    let output = try report.open()
    var text = ""
    var firstFault: Failure?
    for path in paths {
      do {
        let file = try InputFile.open(path)
        let summary = try StreamSummary(file, limits: input.limits)
        text += report.json ? summary.json(name: file.name).text + "\n" : summary.text(name: file.name)
      } catch let fault as Failure {
        StandardError.say(fault.message)
        firstFault = firstFault ?? fault
      }
    }
    try output.commit(text)
    if let firstFault { throw ExitCode(firstFault.exitCode) }
  }
}
