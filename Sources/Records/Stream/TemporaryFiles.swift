import Glibc
import Locking
import SystemPackage

extension OutputFile {
  /// Removes what earlier processes left beside a path when they were killed while they wrote it.
  ///
  /// Files that are being written stay: their writers, on whatever machine, hold a lock on them. What cannot be removed
  /// is no fault: nobody reads it.
  static func removeLeftovers(of path: String) {
    let target = FilePath(name: resolved(path))
    guard let last = target.lastComponent else { return }
    let folder = target.removingLastComponent()
    guard let listing = (folder.isEmpty ? "." : folder.name).withFileName(opendir) else { return }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      if isTemporary(name, prefix: temporaryPrefix(of: last)) { removeUnlessWritten(folder.appending(name)) }
    }
  }

  /// Whether a name is a temporary one, which ends in a process's number and one more.
  private static func isTemporary(_ name: String, prefix: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let numbers = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    return numbers.count == 2 && (pid_t(numbers[0]) ?? 0) > 0 && Int(numbers[1]) != nil
  }

  private static func removeUnlessWritten(_ path: FilePath) {
    guard let file = try? FileDescriptor.open(path, .writeOnly, options: [.closeOnExec, .noFollow, .nonBlocking]) else {
      return
    }
    // Numbers of processes mean nothing on another machine or in another container; locks do. Without locks it stays. By
    // the time the lock is had the file may have got its final name, and the path be another's.
    if flock(file.rawValue, LOCK_EX | LOCK_NB) == 0, file.stands(at: path.name) {
      _ = path.name.withFileName(unlink)
    }
    try? file.close()
  }
}

/// The temporary files of this process that stand on disk under a name, for whoever must remove them at the end.
enum TemporaryFiles {
  /// By their names the names that they will have.
  private static let names = Locked<[String: String]>([:])

  static var all: [String] { names.withLock { $0.keys.sorted() } }

  static func add(_ path: String, for final: String) { names.withLock { $0[path] = final } }

  /// Whether a file is under way that will have the name.
  static func isPending(_ final: String) -> Bool { names.withLock { $0.values.contains(final) } }

  /// Forgets a file that has been renamed.
  static func forget(_ path: String) { names.withLock { _ = $0.removeValue(forKey: path) } }

  /// Removes a file from disk. That it is gone already is as good.
  static func remove(_ path: String) {
    _ = path.withFileName(unlink)
    forget(path)
  }
}
