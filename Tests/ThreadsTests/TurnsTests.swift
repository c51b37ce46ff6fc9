import Locking
import Testing
import Threads

/// Holders run one at a time, in their order, and each learns what all have.
@Suite struct TurnsTests {
  @Test(arguments: [1, 2, 5, 16]) func everyHolderLearnsWhatAllHave(_ count: Int) {
    let sums = Turns<Int>.map(count) { holder, turns in
      let first = turns.exchange(holder + 1, from: holder)
      let second = turns.exchange(first.reduce(0, +) * (holder + 1), from: holder)
      return second.reduce(0, +)
    }
    let whole = count * (count + 1) / 2
    #expect(sums == [Int](repeating: whole * whole, count: count))
  }

  @Test func oneRunsAtATimeAndInOrder() {
    let (running, order) = (Locked(0), Locked([Int]()))
    let alone = Turns<Int>.map(4) { holder, turns in
      var isAlone = true
      for _ in 0..<3 {
        isAlone =
          running.withLock {
            $0 += 1; return $0 == 1
          } && isAlone
        order.withLock { $0.append(holder) }
        running.withLock { $0 -= 1 }
        _ = turns.exchange(0, from: holder)
      }
      return isAlone
    }
    #expect(alone == [true, true, true, true])
    #expect(order.withLock { $0 } == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
  }

  @Test func whoHandsItsTurnOnSaysSo() {
    let switches = Locked(0)
    _ = Turns<Int>.map(3, atSwitch: { _ in switches.withLock { $0 += 1 } }) { holder, turns in
      _ = turns.exchange(holder, from: holder)
    }
    // Each holder hands on once in the middle and once at its end.
    #expect(switches.withLock { $0 } == 6)
  }

  @Test func holdersMayHaveLoopsOfTheirOwn() {
    let sums = Turns<Int>.map(3) { holder, turns in
      var sum = 0
      for round in 0..<50 {
        let part = Parallel.map(100) { $0 * (holder + round) }.reduce(0, +)
        sum = turns.exchange(part, from: holder).reduce(0, +)
      }
      return sum
    }
    #expect(sums == [Int](repeating: 4950 * (49 * 3 + 3), count: 3))
  }
}
