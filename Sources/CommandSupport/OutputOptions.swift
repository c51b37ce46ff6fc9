import ArgumentParser
import Records

/// Where records or a model go, and how they are packed.
package struct OutputOptions: ParsableArguments {
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
