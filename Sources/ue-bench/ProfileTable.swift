import Compute
import RecordTools
import Records
import Threads

/// Where a case's time goes, as a table.
enum ProfileTable {
  /// A line for every operation and pass: calls and milliseconds a step, share of the time, and what was reached.
  static func text(_ entries: [Profile.Entry], steps: Int, seconds: Double, name: String, images: Int) -> String {
    var table = TextTable([.left, .left, .right, .right, .right, .right])
    table.add(["operation", "pass", "calls", "ms", "share", "reached"])
    for entry in entries {
      table.add([
        entry.operation, entry.pass.rawValue, "\(entry.calls / steps)", milliseconds(entry.seconds, steps),
        share(entry.seconds, of: seconds), reached(entry),
      ])
    }
    let rest = seconds - entries.reduce(0) { $0 + $1.seconds }
    table.add(["everything else", "", "", milliseconds(rest, steps), share(rest, of: seconds), ""])
    let title = "\(name): \(images) pictures a step, \(milliseconds(seconds, steps)) ms, \(Parallel.count) threads\n\n"
    return title + table.text()
  }

  private static func milliseconds(_ seconds: Double, _ steps: Int) -> String {
    (seconds / Double(steps) * 1000).fixed(2)
  }

  private static func share(_ seconds: Double, of total: Double) -> String { "\((100 * seconds / total).fixed(1)) %" }

  private static func reached(_ entry: Profile.Entry) -> String {
    if entry.floatingPointOperations > 0 {
      return "\((entry.floatingPointOperations / entry.seconds * 1e-9).fixed(0)) GFLOPS"
    }
    return entry.bytes > 0 ? "\((entry.bytes / entry.seconds * 1e-9).fixed(1)) GB/s" : ""
  }
}
