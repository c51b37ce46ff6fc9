import ArgumentParser
import Records

/// Where bytes go that are not for a terminal.
public struct BinaryOutputOptions: ParsableArguments {
  /// The file to write, or standard output.
  @OptionGroup public var destination: OutputFileOption

  /// Whether a terminal gets them all the same.
  @Flag(help: "Write binary data even to a terminal.")
  public var force = false

  /// Standard output.
  public init() {}

  /// The file or standard output.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`; of kind `usage` where binary data would go to a terminal.
  public func open() throws -> OutputFile {
    let file = try destination.create() ?? OutputFile.standardOutput
    if file.isTerminal, !force {
      throw Failure(
        .usage, "refusing to write binary data to a terminal; redirect it, give -o FILE, or insist with --force")
    }
    return file
  }
}
