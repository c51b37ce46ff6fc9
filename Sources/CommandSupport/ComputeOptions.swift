import ArgumentParser
import Compute

/// How a tool computes.
public struct ComputeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads that compute; by default one for each processor. The result does not depend on it.", valueName: "n"))
  public var threads: Int?

  @Option(
    help: ArgumentHelp("What all random numbers follow from; the same seed gives the same bytes.", valueName: "n"))
  public var seed: UInt64 = 0

  public init() {}

  public func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): give a number of 1 to 1024.")
    }
  }

  /// Has the kernels use the threads asked for. To be called before anything is computed.
  public func configure() {
    if let threads { Threads.count = threads }
  }
}
