/// Where progress is shown, and how.
package struct ProgressDisplay {
  private enum Style { case silent, lines, live }

  private static let separator = "  "

  private let style: Style
  private let width: () -> Int
  private let write: (String) -> Void
  /// Whether the cursor stands behind a line that will be written over.
  private var isLineOpen = false

  private init(_ style: Style, width: @escaping () -> Int = { 80 }, write: @escaping (String) -> Void = { _ in }) {
    self.style = style
    self.width = width
    self.write = write
  }

  /// Nothing is shown.
  package static var silent: ProgressDisplay { ProgressDisplay(.silent) }

  /// A line for each epoch.
  package static func lines(write: @escaping (String) -> Void) -> ProgressDisplay {
    ProgressDisplay(.lines, write: write)
  }

  /// One line that is written over, of as many words as the terminal is wide for.
  package static func live(width: @escaping () -> Int, write: @escaping (String) -> Void) -> ProgressDisplay {
    ProgressDisplay(.live, width: width, write: write)
  }

  /// What suits standard error: a live line on a terminal, lines elsewhere.
  package static var standardError: ProgressDisplay {
    Terminal.canRedraw
      ? .live(width: { Terminal.width }, write: StandardError.write)
      : .lines { StandardError.write("\(StandardError.toolName): \($0)") }
  }

  /// Whether the line can be written over.
  package var isLive: Bool { style == .live }

  /// Shows where the work stands, what matters most first.
  package mutating func redraw(_ words: [String]) {
    guard isLive else { return }
    // The last column stays free: a full line would wrap on some terminals.
    write("\r" + Self.fitted(words, width: max(1, width() - 1)) + "\u{1B}[K")
    isLineOpen = true
  }

  /// Shows what a part of the work has come to.
  package mutating func line(_ words: [String]) {
    switch style {
    case .silent: break
    case .lines: write(words.joined(separator: Self.separator) + "\n")
    case .live: redraw(words)
    }
  }

  /// Those that fit whole, since half a number is another number; of the first what fits.
  private static func fitted(_ words: [String], width: Int) -> String {
    var line = String((words.first ?? "").prefix(width))
    for word in words.dropFirst() {
      guard line.count + separator.count + word.count <= width else { break }
      line += separator + word
    }
    return line
  }

  /// Makes room for other words on standard error.
  package mutating func clear() {
    if isLineOpen { write("\r\u{1B}[K") }
    isLineOpen = false
  }

  /// Leaves the live line standing, with the cursor below it.
  package mutating func end() {
    if isLineOpen { write("\n") }
    isLineOpen = false
  }
}
