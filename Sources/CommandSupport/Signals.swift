import Glibc
import Records

/// What happens when the process is told to stop.
///
/// Temporary output files are removed, and the process dies of the same signal, so that a shell or `make` sees what
/// ended it. A thread of its own does that: it need not care what a signal's handler may call, and answers while every
/// other thread computes. The handler only wakes it.
enum Signals {
  /// Both are written before the first handler is installed, and only read after.
  private nonisolated(unsafe) static var watcher = pthread_t()
  private nonisolated(unsafe) static var watched = sigset_t()

  /// Starts the watch. To be called once, before there is anything to remove.
  static func install() {
    let signals = [SIGPIPE] + [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }
    watched = set(of: signals)
    // The new thread inherits what is blocked here; other threads, some of which libraries have started before, do not.
    pthread_sigmask(SIG_BLOCK, &watched, nil)
    let code = pthread_create(&watcher, nil, { _ in Signals.watch() }, nil)
    if code == 0 {
      pthread_detach(watcher)
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

  private static func watch() -> UnsafeMutableRawPointer? {
    var signal: Int32 = 0
    while sigwait(&watched, &signal) != 0 {}
    removeTemporaries()
    die(of: signal)
  }

  /// Removes the output files that are not complete, at an end that no `defer` will see.
  static func removeTemporaries() {
    for temporary in OutputFile.pendingTemporaries { unlink(temporary) }
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
