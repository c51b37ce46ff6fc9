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

/// Whether a terminal can show pictures, and in which way.
package enum TerminalPictures {
  /// The ways known here.
  package enum Way: Sendable {
    case kitty, sixel
  }

  /// The way of the terminal on standard output; nil where that is no terminal, or one without pictures.
  ///
  /// Terminals that follow kitty's protocol are known by their environment; for sixels the terminal itself is asked.
  package static var way: Way? {
    guard Terminal.isConnected(to: STDOUT_FILENO) else { return nil }
    if knowsKitty { return .kitty }
    return asked().map(\.isSixel) == true ? .sixel : nil
  }

  private static var knowsKitty: Bool {
    let kind = variable("TERM") + " " + variable("TERM_PROGRAM").lowercased()
    return !variable("KITTY_WINDOW_ID").isEmpty || ["kitty", "ghostty", "wezterm"].contains { kind.contains($0) }
  }

  private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

  /// The terminal's answer to the question for its attributes, "ESC [ ? 64 ; 4 c" for one with sixels; nil where it
  /// gives none within a fifth of a second.
  private static func asked() -> [UInt8]? {
    let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var before = termios()
    // Whoever stands in the background must not write to the terminal's settings: it would be stopped.
    guard tcgetpgrp(terminal) == getpgrp(), tcgetattr(terminal, &before) == 0 else { return nil }
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    guard tcsetattr(terminal, TCSANOW, &raw) == 0 else { return nil }
    defer { tcsetattr(terminal, TCSANOW, &before) }
    guard write(terminal, "\u{1B}[c", 3) == 3 else { return nil }
    var answer: [UInt8] = []
    var letter: UInt8 = 0
    while answer.last != UInt8(ascii: "c"), answer.count < 100 {
      var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 200) == 1, read(terminal, &letter, 1) == 1 else { return nil }
      answer.append(letter)
    }
    return answer
  }
}

extension [UInt8] {
  /// Whether a terminal's attributes have a 4 among them.
  fileprivate var isSixel: Bool {
    String(decoding: self, as: UTF8.self).drop { $0 != "?" }.dropFirst().dropLast().split(separator: ";").contains("4")
  }
}
