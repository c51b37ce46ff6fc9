import Dispatch
import Locking
import Synchronization

/// Work on many items at once whose results come in the items' order, whatever the number of threads.
package enum OrderedWork {
  /// The results of `body` for 0..<count, in that order, worked out by up to `threads` threads.
  package static func map<Result: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    let workers = min(threads, count)
    guard workers > 1 else { return (0..<count).map(body) }
    let next = Atomic<Int>(0)
    let finished = Locked<[(place: Int, result: Result)]>([])
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < count else { return }
        let result = body(place)
        finished.withLock { $0.append((place, result)) }
      }
    }
    return finished.withLock { $0.sorted { $0.place < $1.place }.map(\.result) }
  }
}
