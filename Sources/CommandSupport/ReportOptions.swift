import ArgumentParser
import Records

/// Where a report in words goes, and in which form.
public struct ReportOptions: ParsableArguments {
  /// Whether the report is JSON, and no table.
  @Flag(help: "Write JSON instead of a table.")
  public var json = false

  /// The file to write, or standard output.
  @OptionGroup public var destination: OutputFileOption

  /// A table on standard output.
  public init() {}

  /// The file or standard output, terminal or not.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  public func open() throws -> OutputFile {
    try destination.create() ?? OutputFile.standardOutput
  }
}
