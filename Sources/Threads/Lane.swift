import Synchronization

/// Room for one call that shares its pieces out.
final class Lane: @unchecked Sendable {
  private let isTaken = Atomic<Bool>(false)
  /// Helpers at work on the job; changed under the helpers' lock.
  let active = Atomic<Int>(0)

  // What follows is read and written under the helpers' lock.
  /// The call's job, as long as others may join it.
  var job: Job?
  /// Helpers that may still join.
  var places = 0

  /// Takes the lane for a call; false where another has it.
  func take() -> Bool { isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged }

  /// Leaves the lane to the next call.
  func leave() { isTaken.store(false, ordering: .releasing) }
}

/// Pieces of work, each taken by the first thread that is free.
final class Job: @unchecked Sendable {
  private let next = Atomic<Int>(0)
  private let pieces: Int
  private let body: UnsafePointer<(Int) -> Void>

  /// `body` must last until the last thread has come back from `work`.
  init(pieces: Int, body: UnsafePointer<(Int) -> Void>) {
    (self.pieces, self.body) = (pieces, body)
  }

  /// Takes pieces until none is left. Not inlined: whatever it holds of `body` it has let go when it returns.
  @inline(never)
  func work() {
    while true {
      let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard piece < pieces else { return }
      body.pointee(piece)
    }
  }
}
