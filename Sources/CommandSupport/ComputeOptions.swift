import ArgumentParser

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
