#if canImport(Glibc)
  import Glibc
#endif

/// Holders of shares of one work that take turns: one runs at a time, in their order, and where it has to know what all
/// of them have it hands its own part in and the next one runs.
///
/// Each has a thread, and thus a stack, of its own; only the one whose turn it is computes.
package final class Turns<Value>: @unchecked Sendable {
  /// How many holders there are.
  package let count: Int
  private let atSwitch: (_ holder: Int) -> Void
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake: UnsafeMutablePointer<pthread_cond_t>

  // What follows is read and written under the lock.
  /// The holder that may run; `count` when all are done.
  private var turn = 0
  /// How often all have handed their parts in.
  private var rounds = 0
  /// The parts of the round under way, and those of the last.
  private var given: [Value] = []
  private var received: [Value] = []
  /// Whether the first holder may begin, and whether none may, since not all are there.
  private var hasBegun = false
  private var isCalledOff = false

  private init(_ count: Int, atSwitch: @escaping (_ holder: Int) -> Void) {
    (self.count, self.atSwitch) = (count, atSwitch)
    wake = .allocate(capacity: count)
    pthread_mutex_init(lock, nil)
    for holder in 0..<count { pthread_cond_init(wake + holder, nil) }
  }

  deinit {
    for holder in 0..<count { pthread_cond_destroy(wake + holder) }
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  /// The results of `body` for every holder in 0..<count; nil where the system has no thread left for one.
  ///
  /// - Parameters:
  ///   - atSwitch: is called for every holder that hands its turn on.
  ///   - body: the work of a holder, which calls `exchange` as often as all others do.
  package static func map<Result>(
    _ count: Int, atSwitch: @escaping (_ holder: Int) -> Void = { _ in },
    _ body: @escaping (_ holder: Int, Turns) -> Result
  ) -> [Result]? {
    let turns = Turns(count, atSwitch: atSwitch)
    let results = Results<Result>(count)
    var threads: [pthread_t] = []
    while threads.count < count {
      let holder = threads.count
      let thread = startThread {
        guard turns.waitForTurn(of: holder, after: 0) else { return }
        results.values[holder] = body(holder, turns)
        turns.pass(from: holder)
      }
      guard let thread else { break }
      threads.append(thread)
    }
    // The first holder begins when all are there.
    turns.begin(isComplete: threads.count == count)
    for thread in threads { pthread_join(thread, nil) }
    let found = results.values.compactMap { $0 }
    return found.count == count ? found : nil
  }

  /// Hands a holder's part in, lets the others run, and gives the parts of all in their order.
  package func exchange(_ value: Value, from holder: Int) -> [Value] {
    atSwitch(holder)
    pthread_mutex_lock(lock)
    precondition(given.count == holder, "holder \(holder) hands its part in as number \(given.count)")
    given.append(value)
    let round = rounds + 1
    if given.count == count {
      (received, given, rounds) = (given, [], round)
      turn = 0
    } else {
      turn = holder + 1
    }
    pthread_cond_signal(wake + turn)
    pthread_mutex_unlock(lock)
    _ = waitForTurn(of: holder, after: round)
    return received
  }

  // MARK: Turns

  /// Waits until a holder may run; false where the work is called off.
  private func waitForTurn(of holder: Int, after round: Int) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while !isCalledOff, !hasBegun || turn != holder || rounds < round { pthread_cond_wait(wake + holder, lock) }
    return !isCalledOff
  }

  private func begin(isComplete: Bool) {
    pthread_mutex_lock(lock)
    (hasBegun, isCalledOff) = (true, !isComplete)
    for holder in 0..<count { pthread_cond_signal(wake + holder) }
    pthread_mutex_unlock(lock)
  }

  private func pass(from holder: Int) {
    atSwitch(holder)
    pthread_mutex_lock(lock)
    turn = holder + 1
    if turn < count { pthread_cond_signal(wake + turn) }
    pthread_mutex_unlock(lock)
  }

  private final class Results<Result> {
    var values: [Result?]
    init(_ count: Int) { values = [Result?](repeating: nil, count: count) }
  }
}
