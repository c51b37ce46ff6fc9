import Dispatch
import Glibc
import Locking
import Synchronization
import Testing

@testable import Threads

/// Every piece is done once, before the call returns, whoever else has work for the helpers; and later work in order,
/// before `finish` returns.
@Suite struct HelperThreadsTests {
  /// How often each piece was done.
  private static func counts(pieces: Int, helpers: Int) -> [Int] {
    let counts = Locked([Int](repeating: 0, count: pieces))
    HelperThreads.shared.forEachPiece(pieces, helpers: helpers) { piece in counts.withLock { $0[piece] += 1 } }
    return counts.withLock { $0 }
  }

  @Test func everyPieceIsDoneOnce() {
    for round in 0..<500 {
      let pieces = round % 37
      #expect(Self.counts(pieces: pieces, helpers: round % 5) == [Int](repeating: 1, count: pieces))
    }
  }

  @Test func aCallWithinAPieceIsDoneToo() {
    let inner = Locked([[Int]]())
    HelperThreads.shared.forEachPiece(9, helpers: 3) { _ in
      let counts = Self.counts(pieces: 11, helpers: 3)
      inner.withLock { $0.append(counts) }
    }
    #expect(inner.withLock { $0 } == [[Int]](repeating: [Int](repeating: 1, count: 11), count: 9))
  }

  @Test func severalThreadsMayCallAtOnce() {
    let wrong = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for round in 0..<200 where Self.counts(pieces: 13, helpers: 1 + round % 3) != [Int](repeating: 1, count: 13) {
        wrong.add(1, ordering: .relaxed)
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  /// Two pieces that wait for each other, so one thread alone cannot end the wait.
  @Test func helpersTakePart() {
    // A test that runs beside this one may have the helpers; then the call does its work alone, and is repeated.
    for _ in 0..<1000 {
      let arrived = Atomic<Int>(0)
      let met = Atomic<Bool>(false)
      HelperThreads.shared.forEachPiece(2, helpers: 1) { _ in
        // Of two pieces done in turn the second finds both there; only the one that came first has waited.
        guard arrived.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue == 0 else { return }
        for _ in 0..<500 where arrived.load(ordering: .sequentiallyConsistent) < 2 { usleep(100) }
        met.store(arrived.load(ordering: .sequentiallyConsistent) == 2, ordering: .sequentiallyConsistent)
      }
      if met.load(ordering: .sequentiallyConsistent) { return }
    }
    Issue.record("no helper ever took a piece")
  }

  @Test func laterWorkIsDoneInOrder() {
    for round in 0..<50 {
      let done = Locked<[Int]>([])
      for number in 0..<20 {
        HelperThreads.shared.later(helpers: 1 + round % 3) {
          let counts = Self.counts(pieces: 7, helpers: 1 + round % 3)
          done.withLock { $0.append(counts == [Int](repeating: 1, count: 7) ? number : -1) }
        }
        #expect(Self.counts(pieces: 5, helpers: 1 + round % 3) == [Int](repeating: 1, count: 5))
      }
      HelperThreads.shared.finish()
      #expect(done.withLock { $0 } == Array(0..<20))
    }
  }

  /// The caller goes on: work that waits for what he does afterwards comes to its end.
  @Test func laterWorkIsDoneBeside() {
    // Where tests that run beside this one have left much work, the caller helps with it first, perhaps with his own.
    for _ in 0..<100 {
      let hasGoneOn = Atomic<Bool>(false)
      let sawIt = Atomic<Bool>(false)
      HelperThreads.shared.later(helpers: 1) {
        for _ in 0..<500 where !hasGoneOn.load(ordering: .sequentiallyConsistent) { usleep(100) }
        sawIt.store(hasGoneOn.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
      }
      hasGoneOn.store(true, ordering: .sequentiallyConsistent)
      HelperThreads.shared.finish()
      if sawIt.load(ordering: .sequentiallyConsistent) { return }
    }
    Issue.record("nobody ever went on")
  }

  @Test func severalThreadsMayLeaveWork() {
    let done = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<100 { HelperThreads.shared.later(helpers: 2) { done.add(1, ordering: .relaxed) } }
      HelperThreads.shared.finish()
    }
    #expect(done.load(ordering: .relaxed) == 400)
  }
}
