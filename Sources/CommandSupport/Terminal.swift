import Glibc

/// What a standard stream is connected to.
enum Terminal {
  /// Whether the stream is a terminal, with a person before it.
  static func isConnected(to stream: Int32) -> Bool { isatty(stream) == 1 }

  /// Whether a line on standard error can be written over: a terminal that knows control sequences.
  static var canRedraw: Bool {
    guard isConnected(to: STDERR_FILENO), let kind = getenv("TERM") else { return false }
    let name = String(cString: kind)
    return !name.isEmpty && name != "dumb"
  }

  /// Columns of the terminal on standard error.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
