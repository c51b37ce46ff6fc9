import Glibc
import Locking

/// The temporary files of this process that stand on disk under a name, for whoever must remove them at the end.
enum TemporaryFiles {
  private static let names = Locked<Set<String>>([])

  static var all: [String] { names.withLock { $0.sorted() } }

  static func add(_ path: String) { names.withLock { _ = $0.insert(path) } }

  /// Forgets a file that has been renamed.
  static func forget(_ path: String) { names.withLock { _ = $0.remove(path) } }

  /// Removes a file from disk. That it is gone already is as good.
  static func remove(_ path: String) {
    _ = unlink(path)
    forget(path)
  }
}
