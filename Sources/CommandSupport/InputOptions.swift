import ArgumentParser
import Glibc
import Records

/// What a reader refuses before it asks for memory.
package struct LimitOptions: PassingOptions {
  /// What the history leaves out.
  package static let passing: [PassingOption] = [.value("--max-document")]

  /// Bytes of the largest document that is read.
  @Option(
    name: .customLong("max-document"),
    help: ArgumentHelp("Largest batch or model to accept, expanded, such as 512MiB.", valueName: "size"))
  package var largestDocument = ByteCount(4 << 30)

  /// The defaults.
  package init() {}

  /// The limits for a reader.
  package var limits: StreamLimits { StreamLimits(documentBytes: largestDocument.bytes) }
}

/// The record streams that a tool reads.
package struct InputOptions: ParsableArguments {
  /// The files to read, one after the other; "-" or none is standard input.
  @Argument(
    help: ArgumentHelp(
      "Record streams, read one after the other. '-' or none: standard input.", valueName: "file"),
    completion: .file(extensions: ["rec"]))
  package var files: [String] = []

  /// What a reader refuses.
  @OptionGroup package var limitOptions: LimitOptions

  /// Standard input, with the default limits.
  package init() {}

  /// Whether standard input is among what is read.
  package var readsStandardInput: Bool { files.isEmpty || files.contains("-") }

  /// - Throws: `ValidationError` where standard input is named twice.
  package func validate() throws {
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input (-) can be read only once.")
    }
  }

  /// What is refused before memory is asked for.
  package var limits: StreamLimits { limitOptions.limits }

  /// The files named; `-`, standard input, where there are none.
  ///
  /// - Throws: `UsageRequest` with nothing but a terminal to read.
  package func paths() throws -> [String] {
    if files.isEmpty, Terminal.isConnected(to: STDIN_FILENO) { throw UsageRequest.nothingToRead }
    return files.isEmpty ? ["-"] : files
  }

  /// The files, open. A reader reads them one after the other.
  ///
  /// - Throws: `Failure` of kind `missingInput`, and what `paths` throws.
  package func open() throws -> [InputFile] { try paths().map(InputFile.open) }

  /// A reader of all the files.
  ///
  /// - Throws: what `open` throws.
  package func reader() throws -> RecordReader { RecordReader(try open(), limits: limits) }
}
