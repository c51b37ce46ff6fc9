import ArgumentParser
import Glibc
import Records

/// A command of the product: its arguments, and what it does with them.
///
/// `main` is the same for all: standard error gets every fault as "tool: words", and the exit code says who can mend it
/// (64 usage, 65 bad data, 66 no such input, 70 a bug, 73 and 74 output that cannot be created or written). Subcommands
/// are tools too; only the outermost stands in a `MultiCallProgram`.
package protocol Tool: ParsableCommand {
  /// Does the work. A `Failure` thrown ends the tool with its message and exit code; anything else thrown is a bug.
  mutating func execute() throws

  /// Runs the tool on the arguments of the process, and ends the process.
  static func main()
}

extension Tool {
  /// What a command does that only groups others: says how to use it.
  package mutating func execute() throws { throw UsageRequest() }

  package mutating func run() throws { try execute() }

  package static func main() { run { _ in nil } }

  /// Runs the tool on the arguments of the process, and ends the process.
  ///
  /// - Parameter exitCode: the exit code for an error that is no fault, such as work that was told to stop; nil for any other.
  package static func run(exitCode: (any Error) -> Int32?) -> Never {
    Signals.install()
    Glibc.exit(status(arguments: Arguments.words, exitCode))
  }

  /// Parses the arguments, runs the command they name, and reports what was thrown.
  private static func status(arguments: [String], _ exitCode: (any Error) -> Int32?) -> Int32 {
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(arguments)
    } catch {
      return parserStatus(error, arguments)
    }
    Provenance.begin(type(of: command))
    do {
      try command.run()
      return 0
    } catch let request as UsageRequest {
      if let reason = request.reason { StandardError.say(reason) }
      StandardError.write(usage(of: type(of: command)))
      return Failure.Kind.usage.exitCode
    } catch {
      return exitCode(error) ?? status(of: error, arguments)
    }
  }

  /// Says what went wrong in a command.
  private static func status(of error: any Error, _ arguments: [String]) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    if let failure = error as? Failure {
      StandardError.say(failure.message)
      return failure.exitCode
    }
    // The parser's own errors carry a code other than its "failure"; `help` throws one, for instance.
    if exitCode(for: error) != .failure { return parserStatus(error, arguments) }
    StandardError.say("internal error: \(error)")
    return Failure.Kind.software.exitCode
  }

  /// What the parser has to say: an answer such as the help on standard output, a complaint on standard error.
  private static func parserStatus(_ error: any Error, _ arguments: [String]) -> Int32 {
    var words = fullMessage(for: error)
    if exitCode(for: error).isSuccess, let complaint = Complaint.helpByChance(arguments) {
      StandardError.say(complaint)
      return Failure.Kind.usage.exitCode
    }
    if exitCode(for: error).isSuccess {
      let asksForCompletions = arguments.contains { $0.hasPrefix("--generate-completion-script") }
      if asksForCompletions, configuration.subcommands.isEmpty { words = CompletionScript.withoutSubcommands(words) }
      do {
        try StandardOutput.write(words + "\n")
        return 0
      } catch {
        return status(of: error, arguments)
      }
    }
    if let complaint = Complaint.unknownCommand(arguments, commands: configuration.subcommands.map { $0._commandName })
    {
      StandardError.say(complaint)
      StandardError.write(usage(of: Self.self))
    } else {
      StandardError.write(complaint(words, arguments) + "\n")
    }
    return Failure.Kind.usage.exitCode
  }

  /// The parser's words under the tool's name, the first line said clearer where it can be.
  private static func complaint(_ words: String, _ arguments: [String]) -> String {
    let label = "Error: "
    // Lines are the parser's, and what an argument holds is none of them.
    let words = arguments.reduce(words) { $1 == $1.printable ? $0 : $0.replacing($1, with: $1.printable) }
    guard words.hasPrefix(label) else { return words }
    let lines = words.dropFirst(label.count).split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let first = Complaint.valueWithDash(lines[0], arguments) ?? String(lines[0])
    return (["\(StandardError.toolName): \(first)"] + lines.dropFirst().map(String.init)).joined(separator: "\n")
  }

  private static func usage(of command: any ParsableCommand.Type) -> String {
    let tool = StandardError.toolName
    return """
      Usage: \(usageString(for: command, includeHidden: false).dropUsageLabel)
      Try '\(command == Self.self ? tool : "\(tool) \(command._commandName)") --help' for more information.

      """
  }
}

/// Thrown where a command was given nothing to work on: why, if that needs to be said, and its usage are told, exit 64.
package struct UsageRequest: Error {
  let reason: String?

  /// - Parameter reason: what is missing; nil where the usage says it all.
  package init(_ reason: String? = nil) { self.reason = reason }

  /// Where nothing but a terminal is there to read.
  package static let nothingToRead = UsageRequest(
    "nothing to read: standard input is a terminal; name a file, or pipe one in")
}

extension String {
  /// The parser may or may not put a label before the usage.
  fileprivate var dropUsageLabel: Substring { hasPrefix("Usage: ") ? dropFirst("Usage: ".count) : self[...] }
}

extension Failure.Kind {
  /// The exit code that tells a script what kind of fault it was; the numbers are those of sysexits.h.
  package var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .missingInput: 66
    case .software: 70
    case .cannotCreate: 73
    case .cannotWrite: 74
    }
  }
}

extension Failure {
  /// The exit code of a tool that this ends.
  package var exitCode: Int32 { kind.exitCode }
}

/// What the process was started with. Files are named among it, so that what is not UTF-8 keeps its bytes
/// (`String.init(fileName:)`), which `CommandLine.arguments` does not.
enum Arguments {
  /// The name that the program was called by.
  static let program: String? = all.first
  /// What follows it.
  static let words = Array(all.dropFirst())

  private static let all = (0..<Int(CommandLine.argc)).compactMap { index in
    CommandLine.unsafeArgv[index].map { String(fileName: $0) }
  }
}
