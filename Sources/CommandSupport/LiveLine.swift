import Glibc
import Records

/// A line on a terminal that tells where work stands, written over at most six times a second; and a line wherever
/// someone asks for one.
package struct LiveLine {
  /// Where it is shown.
  package var display: ProgressDisplay
  /// Whether someone has asked since the last time.
  private let isAsked: () -> Bool
  private var lastShown = -Double.infinity

  /// Time between two changes, in seconds.
  private static let interval = 1.0 / 6

  /// Nothing is shown yet.
  ///
  /// - Parameter isAsked: whether someone has asked for a line since the last time.
  package init(_ display: ProgressDisplay, isAsked: @escaping () -> Bool) {
    self.display = display
    self.isAsked = isAsked
  }

  /// Shows what is about to begin. Whoever asks for a line waits for one that tells more.
  package mutating func begin(at time: Double, _ words: [String]) {
    guard display.isLive else { return }
    lastShown = time
    display.redraw(words)
  }

  /// Shows what the words are at a time, where it is time for it.
  package mutating func show(at time: Double, _ words: () -> [String]) {
    if isAsked() {
      display.clear()
      StandardError.say(words().joined(separator: "  "))
    }
    guard display.isLive, time - lastShown >= Self.interval else { return }
    lastShown = time
    display.redraw(words())
  }

  /// Shows a line that stays until the next change, which it lets come at once.
  package mutating func conclude(_ words: [String]) {
    display.line(words)
    lastShown = -.infinity
  }
}

/// A time span as a clock shows it: `0:07`, `12:34`, `3:05:09`.
package func clockWords(seconds: Double) -> String {
  // Past a thousand hours, or before anything is known, a number would say nothing.
  guard seconds >= 0, seconds < 3_600_000 else { return "-" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  let tail = (rest < 10 ? "0" : "") + "\(rest)"
  return hours > 0 ? "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):\(tail)" : "\(minutes):\(tail)"
}

/// How many pictures pass in a second, in words.
package func rateWords(_ rate: Double) -> String { "\(rate.fixed(rate < 100 ? 1 : 0)) images/s" }

/// Seconds on a clock that never goes back.
package func secondsOnClock() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
