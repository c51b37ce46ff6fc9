import Glibc
import Records
import SystemPackage

/// A file of JSON lines that grows as the work goes on.
///
/// Lines go to `FILE.partial` as they come, where `tail -f` follows them, and the file is renamed at the end. When the
/// work fails or is stopped, `FILE.partial` keeps what there is, if there is anything, and a `FILE` of an earlier run stays
/// untouched. Two processes do not write the same log.
final class ProgressLog {
  private let path: String
  private let descriptor: FileDescriptor

  /// Where the lines stand until the end.
  private var partial: String { path + ".partial" }

  /// Starts the file.
  ///
  /// - Parameter continues: whether the lines that an earlier run left in `FILE.partial` stay before the new ones.
  /// - Throws: `Failure` of kind `cannotCreate` with the system's words, or where another process writes the log; of kind
  ///   `usage` where this process writes the file for something else.
  init(path: String, continues: Bool = false) throws {
    try OutputFile.checkAlone(path)
    self.path = path
    let partial = path + ".partial"
    do {
      descriptor = try Self.openAlone(partial)
      if !continues, ftruncate(descriptor.rawValue, 0) != 0, errno != EINVAL { throw Errno(rawValue: errno) }
    } catch let error as Errno {
      let words = error == .wouldBlock ? "another process is writing it" : "cannot be created: \(error)"
      throw Failure(.cannotCreate, "\(partial): \(words)")
    }
  }

  /// The file, to be appended to, which no other process has open in this way.
  private static func openAlone(_ path: String) throws -> FileDescriptor {
    while true {
      let descriptor = try FileDescriptor.open(
        FilePath(name: path), .writeOnly, options: [.create, .closeOnExec, .append],
        permissions: FilePermissions(rawValue: 0o666)
      ).aboveStandardStreams()
      let code = flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
      // A file system that knows no locks is no reason to keep no log.
      guard code != EWOULDBLOCK else {
        try? descriptor.close()
        throw Errno.wouldBlock
      }
      // Who had it open may have given it its final name in between.
      if descriptor.stands(at: path) { return descriptor }
      try? descriptor.close()
    }
  }

  deinit {
    // Of work that failed before its first line nothing is worth keeping.
    if descriptor.stands(at: partial), (try? descriptor.seek(offset: 0, from: .end)) == 0 { unlink(partial) }
    // A process started meanwhile may hold a copy of the descriptor until it runs its own program.
    flock(descriptor.rawValue, LOCK_UN)
    try? descriptor.close()
  }

  /// Adds a line.
  ///
  /// - Throws: `Failure` of kind `cannotWrite` with the system's words.
  func write(_ value: JSON) throws {
    try checked { _ = try descriptor.writeAll(Array((value.text + "\n").utf8)) }
  }

  /// Gives the file its name.
  ///
  /// - Throws: `Failure` of kind `cannotWrite` with the system's words.
  func finish() throws {
    try checked {
      guard fsync(descriptor.rawValue) == 0, renamed(partial, to: path) else { throw Errno(rawValue: errno) }
    }
  }

  private func checked(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as Errno {
      throw Failure(.cannotWrite, "\(partial): cannot be written: \(error)")
    }
  }
}
