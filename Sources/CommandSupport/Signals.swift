import Glibc
import Locking
import Records
import Synchronization

/// What happens when the process is told to stop, or asked how far it has come.
///
/// Temporary output files are removed, and the process dies of the same signal, so that a shell or `make` sees what
/// ended it; within `asking` the work is left to end itself first. A thread of its own does that: it need not care what
/// a signal's handler may call, and answers while every other thread computes. The handler only wakes it.
package enum Signals {
  /// Whether a signal to stop only asks, and the one that did.
  private static let stop = Locked<(asks: Bool, signal: Int32?)>((false, nil))
  private static let isProgressRequested = Atomic(false)

  /// All are written before the first handler is installed, and only read after.
  private nonisolated(unsafe) static var watcher = pthread_t()
  private nonisolated(unsafe) static var watched = sigset_t()
  private nonisolated(unsafe) static var isWatching = false

  /// Starts the watch. To be called once, before there is anything to remove.
  package static func install() {
    let signals = [SIGPIPE] + [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }
    watched = set(of: signals + [SIGUSR1])
    // A file that grows past a limit is then a fault of writing, with words, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    // The new thread inherits what is blocked here; other threads, some of which libraries have started before, do not.
    pthread_sigmask(SIG_BLOCK, &watched, nil)
    let code = pthread_create(&watcher, nil, { _ in Signals.watch() }, nil)
    if code == 0 {
      pthread_detach(watcher)
      isWatching = true
      for signal in signals { handOn(signal) }
    }
    // Where no thread could be started, the signals have their usual effect: they end the process.
    pthread_sigmask(SIG_UNBLOCK, &watched, nil)
  }

  /// Whether the process was started with the signal ignored, as `nohup` does: it stays so. SIGPIPE is not asked for,
  /// since a reader that goes away must end this process whatever its parent did.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handOn(_ signal: Int32) {
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { signal in
      pthread_kill(Signals.watcher, signal)
      // The thread that writes to nobody must not go on to report it. Others must: they may hold what the watch needs.
      while signal == SIGPIPE { pause() }
    }
    sigaction(signal, &action, nil)
  }

  /// Has SIGUSR1, which ends a process otherwise, ask for a line of progress.
  package static func answerProgressRequests() {
    if isWatching, !isIgnored(SIGUSR1) { handOn(SIGUSR1) }
  }

  /// Whether a line of progress was asked for since the last call.
  package static func takeProgressRequest() -> Bool { isProgressRequested.exchange(false, ordering: .relaxed) }

  /// Does work that looks at `isStopRequested` and ends itself, by throwing, when told to stop. A second signal ends
  /// the process at once.
  package static func asking<Result>(_ work: () throws -> Result) rethrows -> Result {
    stop.withLock { $0.asks = true }
    defer { stop.withLock { $0.asks = false } }
    let result = try work()
    // What comes too late for the work to notice has its usual effect.
    stop.withLock { $0.asks = false }
    endAsRequested()
    return result
  }

  /// Whether the work within `asking` was told to stop.
  package static var isStopRequested: Bool { stop.withLock { $0.signal != nil } }

  /// Ends the process by the signal that asked for it, if one did.
  package static func endAsRequested() {
    guard let signal = stop.withLock({ $0.signal }) else { return }
    removeTemporaries()
    die(of: signal)
  }

  private static func watch() -> UnsafeMutableRawPointer? {
    while true {
      var signal: Int32 = 0
      guard sigwait(&watched, &signal) == 0 else { continue }
      if signal == SIGUSR1 {
        isProgressRequested.store(true, ordering: .relaxed)
      } else if signal == SIGPIPE || !askToStop(signal) {
        removeTemporaries()
        die(of: signal)
      }
    }
  }

  /// Hands a signal to the work, unless that does not look or was asked already, which gives false.
  private static func askToStop(_ signal: Int32) -> Bool {
    stop.withLock {
      guard $0.asks, $0.signal == nil else { return false }
      $0.signal = signal
      return true
    }
  }

  /// Removes the output files that are not complete, at an end that no `defer` will see.
  package static func removeTemporaries() {
    for temporary in OutputFile.pendingTemporaries { _ = temporary.withFileName(unlink) }
  }

  private static func die(of signal: Int32) -> Never {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
    var last = set(of: [signal])
    pthread_sigmask(SIG_UNBLOCK, &last, nil)
    raise(signal)
    _exit(128 + signal)
  }

  private static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
