import Records

/// Tells how far a filter has come: on a terminal in one line that is written over while records pass and gone at the
/// end, and whenever SIGUSR1 asks.
package final class PassingProgress {
  private var line: LiveLine
  private let now: () -> Double
  private let start: Double

  /// Watches the records that are read from here on.
  ///
  /// - Parameter quiet: whether nothing is shown but what SIGUSR1 asks for.
  package convenience init(_ reader: RecordReader, quiet: Bool) {
    Signals.answerProgressRequests()
    let isShown = Terminal.canRedraw && !quiet
    self.init(display: isShown ? .standardError : .silent, isAsked: { Signals.takeProgressRequest() })
    reader.observer = { [weak self] in self?.passed($0) }
  }

  /// - Parameters:
  ///   - now: seconds on a clock that never goes back.
  ///   - isAsked: whether someone has asked for a line since the last time.
  init(
    display: ProgressDisplay, now: @escaping () -> Double = secondsOnClock, isAsked: @escaping () -> Bool = { false }
  ) {
    line = LiveLine(display, isAsked: isAsked)
    self.now = now
    start = now()
  }

  /// Tells of other work on the records, what matters most first.
  package func show(_ words: [String]) {
    let time = now()
    line.show(at: time) { words + [clockWords(seconds: time - start)] }
  }

  /// Takes the number of records that have passed.
  func passed(_ records: Int) {
    guard records > 0 else { return }
    let time = now()
    line.show(at: time) {
      [counted(records, "record"), rateWords(Double(records) / (time - start)), clockWords(seconds: time - start)]
    }
  }

  /// Takes the line away, before other words are told.
  package func end() { line.display.clear() }
}
