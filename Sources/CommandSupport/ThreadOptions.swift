import ArgumentParser
import Threads

/// How many threads a tool computes on.
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
  private var count: Int { threads ?? AllowedProcessors.count ?? Parallel.count }

  /// Has everything that runs on several threads use as many. To be called before the work begins.
  package func configure() { Parallel.count = count }
}
