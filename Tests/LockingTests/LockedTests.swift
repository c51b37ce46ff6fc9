import Dispatch
import Locking
import Testing

@Suite struct LockedTests {
  @Test func nothingIsLostBetweenThreads() {
    let counts = Locked([Int](repeating: 0, count: 7))
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for turn in 0..<7000 { counts.withLock { $0[turn % 7] += 1 } }
    }
    #expect(counts.withLock { $0 } == [Int](repeating: 4000, count: 7))
  }

  @Test func whatThrowsLeavesItOpen() {
    struct Refusal: Error {}
    let value = Locked(1)
    #expect(throws: Refusal.self) {
      try value.withLock { value in
        value = 2
        throw Refusal()
      }
    }
    #expect(value.withLock { $0 } == 2)
  }
}
