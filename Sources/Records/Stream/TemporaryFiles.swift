import Glibc
import Locking

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
    _ = unlink(path)
    forget(path)
  }
}
