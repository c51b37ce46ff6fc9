import ArgumentParser
import Records

/// Where a report in words goes, and in which form.
package struct ReportOptions: ParsableArguments {
  /// Whether the report is JSON, and no table.
  @Flag(help: "Write JSON instead of a table.")
  package var json = false

  /// The file to write, or standard output.
  @OptionGroup package var destination: OutputFileOption

  /// A table on standard output.
  package init() {}

  /// The file or standard output, terminal or not.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`.
  package func open() throws -> OutputFile {
    try destination.create() ?? OutputFile.standardOutput
  }
}
