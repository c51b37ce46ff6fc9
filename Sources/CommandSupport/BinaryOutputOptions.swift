import ArgumentParser
import Records

/// Where bytes go that are not for a terminal.
package struct BinaryOutputOptions: ParsableArguments {
  /// The file to write, or standard output.
  @OptionGroup package var destination: OutputFileOption

  /// Whether a terminal gets them all the same.
  @Flag(help: "Write binary data even to a terminal.")
  package var force = false

  /// Standard output.
  package init() {}

  /// The file or standard output.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`; of kind `usage` where binary data would go to a terminal.
  package func open() throws -> OutputFile {
    let file = try destination.create() ?? OutputFile.standardOutput
    if file.isTerminal, !force {
      throw Failure(
        .usage, "refusing to write binary data to a terminal; redirect it, give -o FILE, or insist with --force")
    }
    return file
  }
}
