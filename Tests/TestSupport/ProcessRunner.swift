import Glibc

/// What a process left when it ended.
public struct ProcessResult: Sendable {
  /// The exit code; nil when a signal ended the process.
  public let status: Int32?
  /// The signal that ended the process; nil when it exited.
  public let signal: Int32?
  /// What it wrote to standard output.
  public let output: [UInt8]
  /// What it wrote to standard error.
  public let errorText: String

  /// Standard output as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
}

/// Why a process could not be run.
public struct ProcessError: Error, CustomStringConvertible {
  public let description: String

  init(_ call: String, _ code: Int32) { description = "\(call): \(String(cString: strerror(code)))" }
}

/// Runs the built executables, as a shell would.
///
/// A process reads its input from a file and writes to files, so that no amount of output can block it or the test; real
/// pipes stand between the commands of `shell`.
public enum ProcessRunner {
  /// What a process finds on its standard input.
  public enum Input: Sendable {
    case bytes([UInt8])
    case file(String)
    /// An open descriptor, such as the reading end of a pipe; it stays open here.
    case descriptor(Int32)

    public static var nothing: Input { .bytes([]) }
  }

  /// The folder of the tools: links to the built programs, which lie where the test bundle itself does.
  public static let folder: String = {
    let path = realpath("/proc/self/exe", nil)
    defer { free(path) }
    let executable = path.map { String(cString: $0) } ?? CommandLine.arguments[0]
    let built = String(executable[..<(executable.lastIndex(of: "/") ?? executable.startIndex)])
    let folder = "\(built)/tools"
    mkdir(folder, 0o777)
    for program in ["ue-records", "ue-networks"] {
      let names = try? RunningProcess(
        "\(built)/\(program)", ["--tools"], input: .nothing, environment: [:], directory: nil
      ).wait().text
      for tool in names?.split(separator: "\n") ?? [] { symlink("../\(program)", "\(folder)/\(tool)") }
    }
    return folder
  }()

  /// Runs one of the built executables to its end.
  ///
  /// - Parameters:
  ///   - environment: variables in addition to this process's own.
  ///   - directory: where it runs; nil for the directory of this process.
  public static func run(
    _ tool: String, _ arguments: [String] = [], input: Input = .nothing, environment: [String: String] = [:],
    directory: String? = nil
  ) throws -> ProcessResult {
    try RunningProcess(
      "\(folder)/\(tool)", arguments, input: input, environment: environment, directory: directory
    ).wait()
  }

  /// Starts one of the built executables and returns at once.
  public static func start(
    _ tool: String, _ arguments: [String] = [], input: Input = .nothing, environment: [String: String] = [:],
    directory: String? = nil
  ) throws -> RunningProcess {
    try RunningProcess(
      "\(folder)/\(tool)", arguments, input: input, environment: environment, directory: directory)
  }

  /// Runs a line of bash, in which a pipeline fails when any of its commands does; it finds the built executables by name.
  public static func shell(
    _ line: String, input: Input = .nothing, environment: [String: String] = [:], directory: String? = nil
  ) throws -> ProcessResult {
    let path = "\(folder):\(getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")"
    return try RunningProcess(
      "/bin/bash", ["-o", "pipefail", "-c", line], input: input,
      environment: ["PATH": path].merging(environment) { $1 }, directory: directory
    ).wait()
  }
}
