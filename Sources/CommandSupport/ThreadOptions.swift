import ArgumentParser
import Compute

/// How a tool computes that draws no random numbers.
public struct ThreadOptions: ParsableArguments {
  /// Threads asked for; nil for as many as there are processors.
  @Option(
    help: ArgumentHelp(
      "Threads that compute; by default one for each processor. The result does not depend on it.", valueName: "n"))
  public var threads: Int?

  /// A thread for each processor.
  public init() {}

  /// - Throws: `ValidationError` for a number of threads that makes no sense.
  public func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): give a number of 1 to 1024.")
    }
  }

  /// The threads asked for, or one for each processor.
  public var count: Int { threads ?? Threads.count }

  /// Has the kernels use the threads asked for. To be called before anything is computed.
  public func configure() {
    if let threads { Threads.count = threads }
  }
}
