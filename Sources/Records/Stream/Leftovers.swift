import Glibc
import SystemPackage

extension OutputFile {
  /// Removes what earlier processes left beside a path when they were killed while they wrote it.
  ///
  /// Files of processes that still run stay. What cannot be removed is no fault: nobody reads it.
  public static func removeLeftovers(of path: String) {
    let target = FilePath(resolved(path))
    guard let last = target.lastComponent else { return }
    let folder = target.removingLastComponent()
    guard let listing = opendir(folder.isEmpty ? "." : folder.string) else { return }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      guard let process = writer(of: name, prefix: temporaryPrefix(of: last)) else { continue }
      if kill(process, 0) != 0, errno == ESRCH { unlink(folder.appending(name).string) }
    }
  }

  /// The number of the process that a temporary name tells; nil for any other name.
  private static func writer(of name: String, prefix: String) -> pid_t? {
    guard name.hasPrefix(prefix) else { return nil }
    let numbers = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0, Int(numbers[1]) != nil else { return nil }
    return process
  }
}
