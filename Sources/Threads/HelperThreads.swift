import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The threads that compute beside the one that calls: made once, and parked while there is nothing to do.
///
/// A step is made of hundreds of short calls, and to wake a parked thread takes tens of microseconds, so whoever has to
/// wait watches for a moment before he parks.
///
/// They serve two calls at a time: that of the thread that computes and one within work it has left for later. A call
/// that finds both lanes taken, by other threads or by calls further out, does its work alone.
final class HelperThreads: @unchecked Sendable {
  static let shared = HelperThreads()
  /// Pieces of later work that may wait, each with the memory it holds: those of two convolutions with bias and batch
  /// normalisation.
  private static let longestQueue = 6

  private let lanes = [Lane(), Lane()]
  /// Offers of work, and ends of later work, so far: what a thread without work watches.
  private let offers = Atomic<Int>(0)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let workIsThere = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workIsDone = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  // What follows is read and written under the lock.
  /// Helpers there are.
  private var count = 0
  /// Later work that waits, in the order in which it came.
  private var queue: [() -> Void] = []
  /// Whether later work is being done: one at a time, so that results that add up do so in order.
  private var laterWorkIsUnderWay = false

  private init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(workIsThere, nil)
    pthread_cond_init(workIsDone, nil)
  }

  /// Runs `body` for every piece in 0..<pieces, in this thread and up to `helpers` more, and returns when all are done.
  func forEachPiece(_ pieces: Int, helpers: Int, _ body: (Int) -> Void) {
    guard let lane = lanes.first(where: { $0.take() }) else {
      for piece in 0..<pieces { body(piece) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        let job = Job(pieces: pieces, body: body)
        offer(job, in: lane, places: helpers)
        job.work()
        withdraw(lane)
      }
    }
    lane.leave()
  }

  /// Has `work` done by one of `helpers` threads while the caller goes on. Where too much waits already, he helps first.
  func later(helpers: Int, _ work: @escaping () -> Void) {
    pthread_mutex_lock(lock)
    start(helpers)
    guard count > 0 else {
      pthread_mutex_unlock(lock)
      return work()
    }
    queue.append(work)
    tell()
    help { queue.count <= Self.longestQueue }
    pthread_mutex_unlock(lock)
  }

  /// Helps until all later work is done.
  func finish() {
    pthread_mutex_lock(lock)
    help { queue.isEmpty && !laterWorkIsUnderWay }
    pthread_mutex_unlock(lock)
  }

  // MARK: Under the lock

  /// Does what there is to do until a condition holds.
  private func help(until condition: () -> Bool) {
    while !condition() {
      if doLaterWork() || joinJob() { continue }
      let seen = offers.load(ordering: .acquiring)
      pthread_mutex_unlock(lock)
      Self.watch { offers.load(ordering: .acquiring) != seen }
      pthread_mutex_lock(lock)
      if offers.load(ordering: .acquiring) == seen { pthread_cond_wait(workIsThere, lock) }
    }
  }

  /// Does the first of the later work, without the lock; false where there is none or another thread is at it.
  private func doLaterWork() -> Bool {
    guard !laterWorkIsUnderWay, !queue.isEmpty else { return false }
    let work = queue.removeFirst()
    laterWorkIsUnderWay = true
    pthread_mutex_unlock(lock)
    work()
    pthread_mutex_lock(lock)
    laterWorkIsUnderWay = false
    tell()
    return true
  }

  /// Takes pieces of a call, without the lock; false where no call has a place free.
  private func joinJob() -> Bool {
    guard let lane = lanes.first(where: { $0.places > 0 }), let job = lane.job else { return false }
    lane.places -= 1
    lane.active.add(1, ordering: .acquiringAndReleasing)
    pthread_mutex_unlock(lock)
    job.work()
    pthread_mutex_lock(lock)
    if lane.active.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { pthread_cond_broadcast(workIsDone) }
    return true
  }

  /// Says that there is something new to look at.
  private func tell() {
    offers.add(1, ordering: .releasing)
    pthread_cond_broadcast(workIsThere)
  }

  /// Starts helpers up to a number, or as many as the system has threads for.
  private func start(_ helpers: Int) {
    while count < helpers, Self.startHelper() { count += 1 }
  }

  // MARK: A call and its helpers

  private func offer(_ job: Job, in lane: Lane, places: Int) {
    pthread_mutex_lock(lock)
    start(places)
    lane.job = job
    lane.places = places
    tell()
    pthread_mutex_unlock(lock)
  }

  /// Waits for the helpers that have joined; whoever wakes up later finds nothing to do.
  private func withdraw(_ lane: Lane) {
    pthread_mutex_lock(lock)
    lane.job = nil
    lane.places = 0
    if lane.active.load(ordering: .acquiring) > 0 {
      pthread_mutex_unlock(lock)
      Self.watch { lane.active.load(ordering: .acquiring) == 0 }
      pthread_mutex_lock(lock)
    }
    while lane.active.load(ordering: .acquiring) > 0 { pthread_cond_wait(workIsDone, lock) }
    pthread_mutex_unlock(lock)
  }

  /// Waits for a condition about as long as it takes to wake a thread, and lets others run now and then.
  private static func watch(for condition: () -> Bool) {
    for _ in 0..<64 {
      for _ in 0..<512 where condition() { return }
      sched_yield()
    }
  }

  /// What a helper does for as long as the program runs.
  private func run() {
    pthread_mutex_lock(lock)
    help { false }
  }

  /// Starts one more helper; false where the system has no thread left, and then the others do its work.
  private static func startHelper() -> Bool {
    guard let thread = startThread({ HelperThreads.shared.run() }) else { return false }
    pthread_detach(thread)
    return true
  }
}

/// Starts a thread that runs `body` and leaves signals to the threads of the tool; nil where the system has none left.
func startThread(_ body: @escaping () -> Void) -> pthread_t? {
  var (all, before) = (sigset_t(), sigset_t())
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(ThreadBody(body))
  let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
    return nil
  }
  guard pthread_create(&thread, nil, run, context.toOpaque()) == 0 else {
    context.release()
    return nil
  }
  return thread
}

/// What a thread is started with.
private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}
