import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The threads that compute beside the one that calls: made once, and parked while there is nothing to do.
///
/// A step is made of hundreds of short calls, and to wake a parked thread takes tens of microseconds, so whoever has to
/// wait watches for a moment before he parks.
///
/// They serve one call at a time. A call that finds them taken, by another thread or by a call further out, does its
/// work alone.
final class HelperThreads: @unchecked Sendable {
  static let shared = HelperThreads()

  private let isTaken = Atomic<Bool>(false)
  /// Jobs offered so far: what a helper without work watches.
  private let offers = Atomic<Int>(0)
  /// Helpers at work on the job; changed under the lock.
  private let active = Atomic<Int>(0)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let workIsThere = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workIsDone = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  // What follows is read and written under the lock.
  private var job: Job?
  /// Helpers that may still join the job.
  private var places = 0
  /// Helpers there are.
  private var count = 0

  private init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(workIsThere, nil)
    pthread_cond_init(workIsDone, nil)
  }

  /// Runs `body` for every piece in 0..<pieces, in this thread and up to `helpers` more, and returns when all are done.
  func forEachPiece(_ pieces: Int, helpers: Int, _ body: (Int) -> Void) {
    guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for piece in 0..<pieces { body(piece) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        let job = Job(pieces: pieces, body: body)
        offer(job, places: helpers)
        job.work()
        withdraw()
      }
    }
    isTaken.store(false, ordering: .releasing)
  }

  private func offer(_ job: Job, places: Int) {
    pthread_mutex_lock(lock)
    while count < places, startHelper() { count += 1 }
    self.job = job
    self.places = places
    offers.add(1, ordering: .releasing)
    pthread_cond_broadcast(workIsThere)
    pthread_mutex_unlock(lock)
  }

  /// Waits for the helpers that have joined; whoever wakes up later finds nothing to do.
  private func withdraw() {
    pthread_mutex_lock(lock)
    job = nil
    places = 0
    if active.load(ordering: .acquiring) > 0 {
      pthread_mutex_unlock(lock)
      Self.watch { active.load(ordering: .acquiring) == 0 }
      pthread_mutex_lock(lock)
    }
    while active.load(ordering: .acquiring) > 0 { pthread_cond_wait(workIsDone, lock) }
    pthread_mutex_unlock(lock)
  }

  /// Waits for a condition about as long as it takes to wake a thread, and lets others run now and then.
  private static func watch(for condition: () -> Bool) {
    for _ in 0..<64 {
      for _ in 0..<512 where condition() { return }
      sched_yield()
    }
  }

  private func help() -> Never {
    pthread_mutex_lock(lock)
    while true {
      guard places > 0, let current = job else {
        pthread_cond_wait(workIsThere, lock)
        continue
      }
      places -= 1
      active.add(1, ordering: .acquiringAndReleasing)
      pthread_mutex_unlock(lock)
      current.work()
      pthread_mutex_lock(lock)
      let seen = offers.load(ordering: .acquiring)
      if active.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { pthread_cond_signal(workIsDone) }
      pthread_mutex_unlock(lock)
      Self.watch { offers.load(ordering: .acquiring) != seen }
      pthread_mutex_lock(lock)
    }
  }

  /// Starts one more helper; false where the system has no thread left, and then the others do its work. Signals are left
  /// to the threads of the tool.
  private func startHelper() -> Bool {
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    guard pthread_create(&thread, nil, { _ in HelperThreads.shared.help() }, nil) == 0 else { return false }
    pthread_detach(thread)
    return true
  }
}

/// Pieces of work, each taken by the first thread that is free.
private final class Job: @unchecked Sendable {
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
