import ArgumentParser
import SystemPackage
import Threads

/// How many threads a tool computes on.
package struct ThreadOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.value("--threads")]

  /// Threads asked for; nil for as many as there are processors that the process may use.
  @Option(
    help: ArgumentHelp(
      "Threads that compute; by default one for each processor it may use. The result does not depend on it.",
      valueName: "n"))
  package var threads: Int?

  /// A thread for each processor.
  package init() {}

  /// - Throws: `ValidationError` for a number of threads that makes no sense.
  package func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): give a number of 1 to 1024.")
    }
  }

  /// The threads asked for, or one for each processor that the process may use.
  private var count: Int { threads ?? AllowedProcessors.count ?? Parallel.count }

  /// Has everything that runs on several threads use as many. To be called before the work begins.
  package func configure() { Parallel.count = count }
}

/// How a tool computes.
package struct ComputeOptions: ParsableArguments {
  @OptionGroup var threading: ThreadOptions

  /// What all random numbers follow from.
  @Option(
    help: ArgumentHelp("What all random numbers follow from; the same seed gives the same bytes.", valueName: "n"))
  package var seed: UInt64 = 0

  /// The defaults.
  package init() {}

  /// Has the kernels use the threads asked for. To be called before anything is computed.
  package func configure() { threading.configure() }
}

/// The processors this process may run on: `taskset` and cpusets leave it fewer than the machine has.
enum AllowedProcessors {
  /// How many there are; nil where the system does not say.
  static var count: Int? {
    guard let status = try? FileDescriptor.open("/proc/self/status", .readOnly) else { return nil }
    let text = try? status.closeAfter {
      try String(unsafeUninitializedCapacity: 1 << 14) { try status.read(into: UnsafeMutableRawBufferPointer($0)) }
    }
    return text.flatMap(count(inStatus:))
  }

  /// The bits of the mask in the line `Cpus_allowed:	ffffffff,ffffffff`.
  static func count(inStatus text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else { return nil }
    let bits = line.drop { $0 != ":" }.compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
    return bits > 0 ? bits : nil
  }
}
