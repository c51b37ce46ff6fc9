import Glibc
import Records
import SystemPackage

/// A file of JSON lines that grows as the work goes on.
///
/// Lines go to `FILE.partial` as they come, where `tail -f` follows them, and the file is renamed at the end. When the
/// work fails or is stopped, `FILE.partial` keeps what there is and a `FILE` of an earlier run stays untouched.
final class ProgressLog {
  private let path: String
  private let descriptor: FileDescriptor

  /// Where the lines stand until the end.
  private var partial: String { path + ".partial" }

  /// Starts the file.
  ///
  /// - Parameter continues: whether the lines that an earlier run left in `FILE.partial` stay before the new ones.
  /// - Throws: `Failure` of kind `cannotCreate` with the system's words.
  init(path: String, continues: Bool = false) throws {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path + ".partial"), .writeOnly, options: [.create, .closeOnExec, continues ? .append : .truncate],
        permissions: FilePermissions(rawValue: 0o666)
      ).aboveStandardStreams()
    } catch let error as Errno {
      throw Failure(.cannotCreate, "\(path).partial: cannot be created: \(error)")
    }
  }

  deinit { try? descriptor.close() }

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
      guard fsync(descriptor.rawValue) == 0, rename(partial, path) == 0 else { throw Errno(rawValue: errno) }
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
