import Glibc

/// A value that one thread at a time may see.
///
/// The lock is the system's. Swift's own `Mutex` would do as well, but the thread sanitizer does not see it, and reports
/// everything it protects.
package final class Locked<Value>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

  /// Nothing outside may keep hold of what is handed over.
  package init(_ value: sending Value) {
    self.value = value
    let code = pthread_mutex_init(lock, nil)
    precondition(code == 0, "the system has no lock left (\(code))")
  }

  /// What `body` makes of the value, while no other thread sees it. It must not ask for the same lock again.
  package func withLock<Result>(_ body: (inout sending Value) throws -> sending Result) rethrows -> sending Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }
}
