import Foundation
import Glibc

/// A process that a test started.
public final class RunningProcess {
  /// Its number.
  public let identifier: pid_t
  private let output: ScratchFile
  private let errors: ScratchFile

  init(
    _ path: String, _ arguments: [String], input: ProcessRunner.Input, environment: [String: String],
    directory: String?
  ) throws {
    output = try ScratchFile()
    errors = try ScratchFile()
    var keptOpen: ScratchFile?
    var opened: Int32?
    let standardInput: Int32
    switch input {
    case .bytes(let bytes):
      let file = try ScratchFile(holding: bytes)
      keptOpen = file
      standardInput = file.descriptor
    case .file(let path):
      standardInput = open(path, O_RDONLY | O_CLOEXEC)
      guard standardInput >= 0 else { throw ProcessError("open \(path)", errno) }
      opened = standardInput
    case .descriptor(let descriptor):
      standardInput = descriptor
    }
    defer {
      if let opened { close(opened) }
      withExtendedLifetime(keptOpen) {}
    }
    var command = [path] + arguments
    if let directory { command = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, directory] + command }
    identifier = try Self.spawn(
      command, streams: [standardInput, output.descriptor, errors.descriptor],
      environment: Self.environment(with: environment))
  }

  /// Sends it a signal.
  public func send(_ signal: Int32) { kill(identifier, signal) }

  /// What it has written to standard error so far.
  public func errorText() throws -> String { String(decoding: try errors.contents(), as: UTF8.self) }

  /// Whether it has ended, though nobody may have waited for it yet.
  public var hasEnded: Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo != 0
  }

  /// Waits until it ends. To be called once.
  public func wait() throws -> ProcessResult {
    var state: Int32 = 0
    while waitpid(identifier, &state, 0) < 0 {
      guard errno == EINTR else { throw ProcessError("waitpid", errno) }
    }
    let signal = state & 0x7F
    return ProcessResult(
      status: signal == 0 ? state >> 8 & 0xFF : nil, signal: signal == 0 ? nil : signal,
      output: try output.contents(), errorText: String(decoding: try errors.contents(), as: UTF8.self))
  }

  private static func spawn(
    _ command: [String], streams: [Int32], environment: [String]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (stream, descriptor) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(stream))
    }

    // The process starts with no signal blocked or ignored, whatever the test runner does with its own.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var identifier: pid_t = 0
    let code = withCStrings(command) { arguments in
      withCStrings(environment) { posix_spawn(&identifier, command[0], &actions, &attributes, arguments, $0) }
    }
    guard code == 0 else { throw ProcessError("cannot run \(command[0])", code) }
    return identifier
  }

  /// The variables of this process, with some set to other values.
  private static func environment(with changes: [String: String]) -> [String] {
    ProcessInfo.processInfo.environment.merging(changes) { $1 }.map { "\($0.key)=\($0.value)" }
  }
}

/// An unnamed file that is gone when nobody has it open any more.
private final class ScratchFile {
  let descriptor: Int32

  init(holding bytes: [UInt8] = []) throws {
    guard let file = tmpfile() else { throw ProcessError("tmpfile", errno) }
    descriptor = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3)
    fclose(file)
    guard descriptor >= 0 else { throw ProcessError("fcntl", errno) }
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw ProcessError("write", errno) }
      start += count
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }

  /// All that has been written to it.
  func contents() throws -> [UInt8] {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(0, size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes[filled...].withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(filled)) }
      guard count > 0 else { throw ProcessError("read", errno) }
      filled += count
    }
    return bytes
  }
}

/// Hands a C function the strings as an array that ends in nil.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = strings.map { strdup($0) }
  defer { pointers.forEach { free($0) } }
  return body(pointers + [nil])
}
