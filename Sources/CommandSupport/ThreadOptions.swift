import ArgumentParser
import Threads

/// How a tool computes that draws no random numbers.
package struct ThreadOptions: ParsableArguments {
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
  package var count: Int { threads ?? AllowedProcessors.count ?? Parallel.count }

  /// Has the kernels use as many threads. To be called before anything is computed.
  package func configure() { Parallel.count = count }
}
