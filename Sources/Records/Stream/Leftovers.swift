import Glibc
import SystemPackage

extension OutputFile {
  /// Removes what earlier processes left beside a path when they were killed while they wrote it.
  ///
  /// Files that are being written stay: their writers, on whatever machine, hold a lock on them. What cannot be removed
  /// is no fault: nobody reads it.
  static func removeLeftovers(of path: String) {
    let target = FilePath(resolved(path))
    guard let last = target.lastComponent else { return }
    let folder = target.removingLastComponent()
    guard let listing = opendir(folder.isEmpty ? "." : folder.string) else { return }
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
    if flock(file.rawValue, LOCK_EX | LOCK_NB) == 0, file.stands(at: path.string) { unlink(path.string) }
    try? file.close()
  }
}
