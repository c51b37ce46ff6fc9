import ArgumentParser
import CMalloc
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
    output.report(
      count == 0 ? "note: no record was selected; the stream has none" : "\(counted(count, "record")) written")
  }

  /// Opens the files named; standard input when none is, unless it is a terminal.
  func open(_ files: [String]) throws -> [InputFile] {
    if files.isEmpty && isatty(STDIN_FILENO) == 1 {
      throw UsageRequest.nothingToRead
    }
    guard files.filter({ $0 == "-" }).count <= 1 else {
      throw Failure(.usage, "standard input (-) can be read only once")
    }
    let inputs = try (files.isEmpty ? ["-"] : files).map(InputFile.open)
    // Files that come together are of one kind: the first tells, and the others stay closed.
    if let first = inputs.first, FileKind(try first.peek(FileKind.byteCount)) == .parquet {
      throw Failure(.data, "\(first.name): \(FileKind.parquet.advice)")
    }
    return inputs
  }
}

/// Where the records go, and whether anything is said of them.
struct DecodeOutput: ParsableArguments {
  @OptionGroup var stream: OutputOptions

  @OptionGroup var telling: QuietOption

  /// Takes words for standard error, which are lost where they are not wanted.
  var report: @Sendable (String) -> Void {
    let telling = telling
    return { telling.say($0) }
  }
}

/// Which of the records go on.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep these classes only, each by its name or its number. They are numbered anew, in the order given.",
      valueName: "a,b,c"))
  var classes: NameList?

  @Option(help: ArgumentHelp("Leave out the first N records of those classes.", valueName: "n"))
  var offset = 0

  @Option(help: ArgumentHelp("Take at most N records.", valueName: "n"))
  var limit: Int?

  func validate() throws {
    if offset < 0 { throw ValidationError("--offset \(offset): give a number from 0 up.") }
    if let limit, limit < 0 { throw ValidationError("--limit \(limit): give a number from 0 up.") }
    try classes?.check("--classes")
  }

  var selection: Selection { Selection(classes: classes?.names, offset: offset, limit: limit) }
}

/// Memory that goes from one batch to the next without a way round through the kernel.
enum ReusedMemory {
  /// Has the allocator keep the few megabytes of each batch instead of giving them back.
  ///
  /// Otherwise every page of every batch is taken away, cleared and faulted in again, which takes about as long as all
  /// the rest of reading and packing CIFAR-10.
  static func keep() {
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
  }
}
