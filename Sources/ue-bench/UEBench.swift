import ArgumentParser
import Compute

/// Measures how fast models train and apply on made-up pictures; one JSON line a case.
@main
struct UEBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ue-bench", abstract: "Measure training and inference speed; prints one JSON line a case.")

  @Option(help: "Cases to run, separated by commas; all by default.")
  var only: String = ""
  @Option(help: "Seconds to repeat each case for, at least three times.")
  var seconds: Double = 4
  @Option(help: "Pictures in a batch of the model cases.")
  var batch = 128
  @Option(help: "Threads that compute; all processors by default.")
  var threads: Int?

  func validate() throws {
    guard seconds > 0, batch > 0, threads ?? 1 > 0 else {
      throw ValidationError("--seconds, --batch and --threads are positive")
    }
    if let unknown = chosen.first(where: { name in !BenchmarkCase.allCases.contains { $0.rawValue == name } }) {
      let names = BenchmarkCase.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no case '\(unknown)'; there are \(names)")
    }
  }

  func run() throws {
    if let threads { Threads.count = threads }
    for item in BenchmarkCase.allCases where chosen.isEmpty || chosen.contains(item.rawValue) {
      let (images, step) = try item.prepare(batch: batch)
      let time = try Stopwatch.median(seconds: seconds, of: step)
      let speed = (Double(images) / time * 100).rounded() / 100
      print(#"{"name": "\#(item.rawValue)", "images_per_s": \#(speed), "dtype": "f32", "threads": \#(Threads.count)}"#)
    }
  }

  private var chosen: [String] { only.split(separator: ",").map(String.init) }
}
