import ArgumentParser
import Records

/// The file that a result goes to instead of standard output.
package struct OutputFileOption: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.value("-o", "--output")]

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

/// Where bytes go that are not for a terminal.
package struct BinaryOutputOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.flag("--force")]

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

/// Where records or a model go, and how they are packed.
package struct OutputOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.value("--level")]

  /// The file to write, or standard output.
  @OptionGroup package var binary: BinaryOutputOptions

  /// How hard zstd packs the frames.
  @Option(help: ArgumentHelp("zstd compression level, \(FrameWriter.compressionLevels.words).", valueName: "n"))
  package var level = 1

  /// Standard output, packed at level 1.
  package init() {}

  /// - Throws: `ValidationError` for a level that zstd does not know.
  package func validate() throws {
    guard FrameWriter.compressionLevels.contains(level) else {
      throw ValidationError("--level \(level): give a level of \(FrameWriter.compressionLevels.words).")
    }
  }

  /// The file or standard output.
  ///
  /// - Throws: `Failure` of kind `cannotCreate`; of kind `usage` where binary data would go to a terminal.
  package func open() throws -> OutputFile { try binary.open() }

  /// A writer of records.
  ///
  /// - Parameter entry: what the records' history gains, as a rule `Provenance.entry()`; nil where the tool leaves them as they are.
  /// - Throws: what `open` throws.
  package func writer(entry: HistoryEntry?) throws -> RecordWriter {
    RecordWriter(try open(), compressionLevel: level, entry: entry)
  }
}

extension ClosedRange<Int> {
  fileprivate var words: String { "\(lowerBound) to \(upperBound)" }
}

/// Where a report in words goes, and in which form.
package struct ReportOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.flag("--json")]

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
