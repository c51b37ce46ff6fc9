import Glibc
import Records

/// What happens when the process is told to stop.
///
/// Temporary output files are removed, and the process dies of the same signal, so that a shell or `make` sees what
/// ended it. A thread of its own waits for the signals: it needs no care about what a signal's handler may call, and
/// answers while every other thread computes.
enum Signals {
  /// SIGPIPE goes to the thread that wrote, where the system does not ask who waits for it; its handler hands it on.
  private nonisolated(unsafe) static var watcher = pthread_t()
  /// Written before the watch starts, and read by it alone.
  private nonisolated(unsafe) static var watched = sigset_t()

  /// Starts the watch. To be called once, before any other thread is started: those inherit the blocked signals.
  static func install() {
    sigemptyset(&watched)
    sigaddset(&watched, SIGPIPE)
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) { sigaddset(&watched, signal) }
    pthread_sigmask(SIG_BLOCK, &watched, nil)
    guard pthread_create(&watcher, nil, { _ in Signals.watch() }, nil) == 0 else {
      // Without the watch the signals keep their usual effect, which is to end the process.
      pthread_sigmask(SIG_UNBLOCK, &watched, nil)
      return
    }
    pthread_detach(watcher)
    handOnBrokenPipes()
  }

  /// Whether the process was started with the signal ignored, as `nohup` does: it stays so.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whatever the parent process did with SIGPIPE, a reader that goes away ends this process without a word.
  private static func handOnBrokenPipes() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      pthread_kill(Signals.watcher, SIGPIPE)
      while true { pause() }
    }
    sigaction(SIGPIPE, &action, nil)
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    pthread_sigmask(SIG_UNBLOCK, &broken, nil)
  }

  private static func watch() -> UnsafeMutableRawPointer? {
    var signal: Int32 = 0
    while sigwait(&watched, &signal) != 0 {}
    for temporary in OutputFile.pendingTemporaries { unlink(temporary) }
    die(of: signal)
  }

  private static func die(of signal: Int32) -> Never {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    sigaction(signal, &action, nil)
    var last = sigset_t()
    sigemptyset(&last)
    sigaddset(&last, signal)
    pthread_sigmask(SIG_UNBLOCK, &last, nil)
    raise(signal)
    _exit(128 + signal)
  }
}
