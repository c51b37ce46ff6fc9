/// A line on a terminal that tells where work stands, written over at most six times a second; and a line wherever
/// someone asks for one.
struct LiveLine {
  /// Where it is shown.
  var display: ProgressDisplay
  /// Whether someone has asked since the last time.
  private let isAsked: () -> Bool
  private var lastShown = -Double.infinity

  /// Time between two changes, in seconds.
  private static let interval = 1.0 / 6

  init(_ display: ProgressDisplay, isAsked: @escaping () -> Bool) {
    self.display = display
    self.isAsked = isAsked
  }

  /// Shows what is about to begin. Whoever asks for a line waits for one that tells more.
  mutating func begin(at time: Double, _ words: [String]) {
    guard display.isLive else { return }
    lastShown = time
    display.redraw(words)
  }

  /// Shows what the words are at a time, where it is time for it.
  mutating func show(at time: Double, _ words: () -> [String]) {
    if isAsked() {
      display.clear()
      StandardError.say(words().joined(separator: "  "))
    }
    guard display.isLive, time - lastShown >= Self.interval else { return }
    lastShown = time
    display.redraw(words())
  }

  /// Shows a line that stays until the next change, which it lets come at once.
  mutating func conclude(_ words: [String]) {
    display.line(words)
    lastShown = -.infinity
  }
}
