import CommandSupport
import Formats
import Glibc
import Records

/// A subcommand for one form of data set: what it has to say is how to open it.
protocol DecodeCommand: Tool {
  var output: DecodeOutput { get }

  associatedtype Source: RecordSource

  /// The data set that the arguments name.
  func dataSet() throws -> Source
}

extension DecodeCommand {
  func execute() throws {
    ReusedMemory.keep()
    var source = try dataSet()
    let writer = try output.stream.writer(entry: Provenance.entry())
    var count = 0
    do {
      while let batch = try source.next() {
        try writer.write(batch)
        count += batch.count
      }
    } catch {
      // Of two faults the first is the one to tell.
      try? writer.flush()
      throw error
    }
    try writer.close()
    output.report(count == 0 ? "note: no record was selected; the stream has none" : "\(count) records written")
  }

  /// Opens the files named; standard input when none is, unless it is a terminal.
  func open(_ files: [String]) throws -> [InputFile] {
    if files.isEmpty && isatty(STDIN_FILENO) == 1 {
      throw UsageRequest.nothingToRead
    }
    guard files.filter({ $0 == "-" }).count <= 1 else {
      throw Failure(.usage, "standard input (-) can be read only once")
    }
    return try (files.isEmpty ? ["-"] : files).map(InputFile.open)
  }
}
