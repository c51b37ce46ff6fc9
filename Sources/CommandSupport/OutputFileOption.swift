import ArgumentParser
import Records

/// The file that a result goes to instead of standard output.
package struct OutputFileOption: ParsableArguments {
  /// The file to write; nil for standard output.
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write FILE instead of standard output; it appears under its name once it is complete.", valueName: "file"),
    completion: .file())
  package var output: String?

  /// Standard output.
  package init() {}

  /// The file named; nil for standard output.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  package func create() throws -> OutputFile? {
    guard let output, output != "-" else { return nil }
    return try OutputFile.create(output)
  }
}
