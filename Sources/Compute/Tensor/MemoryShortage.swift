import Locking

/// What is done when the system has no more memory for a tensor.
///
/// Kernels cannot go on without, and every computation would have to hand the failure up for the sake of one message; but
/// a library does not end a process either. So the program says beforehand how it wants to end.
package enum MemoryShortage {
  /// Where there was no more room.
  package enum Place: Sendable { case memory, temporaryFile }

  private static let ending = Locked<(@Sendable (_ place: Place, _ bytes: Int) -> Never)?>(nil)

  /// Sets what is done; it is told where how many bytes could not be had.
  package static func end(with ending: @escaping @Sendable (_ place: Place, _ bytes: Int) -> Never) {
    self.ending.withLock { $0 = ending }
  }

  /// Ends the program as it asked for.
  static func end(_ place: Place, bytes: Int) -> Never {
    if let ending = ending.withLock({ $0 }) { ending(place, bytes) }
    fatalError("no memory for \(bytes) bytes")
  }
}
