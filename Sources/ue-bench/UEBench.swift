import ArgumentParser
import CommandSupport
import Compute
import Threads
import TrainerSupport

/// The tool, for the program that it is a part of.
package let command: any Tool.Type = UEBench.self

/// Measures how fast models train and apply on made-up pictures; one JSON line a case.
struct UEBench: ComputingTool {
  static let configuration = CommandConfiguration(
    tool: "ue-bench", abstract: "Measure training and inference speed; prints one JSON line a case.")

  @Option(help: ArgumentHelp("Cases to run, separated by commas; all by default.", valueName: "case,…"))
  var only: NameList?
  @Option(help: ArgumentHelp("Seconds to repeat each case for, at least three times.", valueName: "s"))
  var seconds: Double = 4
  @Option(help: ArgumentHelp("Pictures in a batch of the model cases.", valueName: "n"))
  var batch = 128
  @Flag(help: "Show where the time goes, operation by operation, in a table instead.")
  var profile = false
  @OptionGroup var compute: ThreadOptions

  func validate() throws {
    guard seconds.isFinite, seconds > 0 else {
      throw ValidationError("--seconds \(seconds): give a positive number of seconds.")
    }
    guard (1...65536).contains(batch) else { throw ValidationError("--batch \(batch): give a number of 1 to 65536.") }
    if let unknown = only?.names.first(where: { BenchmarkCase(rawValue: $0) == nil }) {
      let names = BenchmarkCase.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--only: there is no case '\(unknown)'; there are \(names).")
    }
  }

  func execute() throws {
    compute.configure()
    for item in BenchmarkCase.allCases where only?.names.contains(item.rawValue) ?? true {
      let (images, step) = try item.prepare(batch: batch)
      if profile {
        try StandardOutput.write(try table(item, images, step))
        continue
      }
      let time = try Stopwatch.median(seconds: seconds, of: step)
      let speed = (Double(images) / time * 100).rounded() / 100
      try StandardOutput.write(
        #"{"name": "\#(item.rawValue)", "images_per_s": \#(speed), "dtype": "f32", "threads": \#(Parallel.count)}"#
          + "\n")
    }
  }

  private func table(_ item: BenchmarkCase, _ images: Int, _ step: () throws -> Void) throws -> String {
    var times: [Double] = []
    try step()
    let entries = try Profile.measure { times = try Stopwatch.times(seconds: seconds, of: step) }
    return ProfileTable.text(
      entries, steps: times.count, seconds: times.reduce(0, +), name: item.rawValue, images: images) + "\n"
  }
}
