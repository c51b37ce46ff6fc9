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
    for holder in 0..<count {
      let start = Start {
        turns.waitForTurn(of: holder, after: 0)
        guard !turns.isCalledOff else { return }
        results.values[holder] = body(holder, turns)
        turns.pass(from: holder)
      }
      var thread = pthread_t()
      let context = Unmanaged.passRetained(start)
      guard pthread_create(&thread, nil, Self.entry, context.toOpaque()) == 0 else {
        context.release()
        turns.callOff()
        for thread in threads { pthread_join(thread, nil) }
        return nil
      }
      threads.append(thread)
      // The first begins when all are there.
    }
    turns.begin()
    for thread in threads { pthread_join(thread, nil) }
    return results.values.compactMap { $0 }
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
    waitForTurn(of: holder, after: round)
    return received
  }

  // MARK: Turns

  private var hasBegun = false
  private var isCalledOff = false

  private func waitForTurn(of holder: Int, after round: Int) {
    pthread_mutex_lock(lock)
    while !isCalledOff, !hasBegun || turn != holder || rounds < round { pthread_cond_wait(wake + holder, lock) }
    pthread_mutex_unlock(lock)
  }

  private func begin() {
    pthread_mutex_lock(lock)
    hasBegun = true
    pthread_cond_signal(wake)
    pthread_mutex_unlock(lock)
  }

  private func callOff() {
    pthread_mutex_lock(lock)
    isCalledOff = true
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

  // MARK: Threads

  private final class Results<Result> {
    var values: [Result?]
    init(_ count: Int) { values = [Result?](repeating: nil, count: count) }
  }

  private static var entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    { context in
      if let context { Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }
  }
}

/// What a holder's thread begins with.
private final class Start {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}
