import OrderedCollections
import Records

/// Tells how a training goes: on standard error and, where asked for, in a log.
///
/// On a terminal one line is written over, at most six times a second; elsewhere each epoch gets a line. A training loop
/// knows nothing of this class: its tool hands it closures that report here.
public final class Progress {
  private var display: ProgressDisplay
  private let log: ProgressLog?
  private let now: () -> Double
  private let start: Double
  private var epochStart: Double
  private var lastShown = -Double.infinity
  private var logFailure: (any Error)?

  /// Time between two changes of the live line, in seconds.
  private static let interval = 1.0 / 6

  /// - Parameter now: seconds on a clock that never goes back.
  init(display: ProgressDisplay, log: ProgressLog? = nil, now: @escaping () -> Double = secondsOnClock) {
    self.display = display
    self.log = log
    self.now = now
    start = now()
    epochStart = start
  }

  /// A batch has been computed.
  ///
  /// - Parameters:
  ///   - done: records of this epoch that have been computed, of `total`.
  ///   - epoch: the epoch's number, from 1, of `epochs`.
  ///   - figures: how the training stands, in the order in which they are shown.
  public func step(done: Int, of total: Int, epoch: Int, epochs: Int, figures: [Figure]) {
    guard display.isLive, total > 0 else { return }
    let time = now()
    guard time - lastShown >= Self.interval else { return }
    lastShown = time
    let share = Double(done) / Double(total)
    let rate = Double(done) / (time - epochStart)
    // What went before this run, as after a resumption, took none of its time: this epoch's rate is what counts.
    let remaining = Double(total) * (Double(epochs - epoch) + 1 - share) / rate
    display.redraw(
      (["epoch \(epoch)/\(epochs)", "\(Int(share * 100))%"] + figures.map(\.words)
        + [rateWords(rate), "ETA \(clockWords(seconds: remaining))"]).joined(separator: "  "))
  }

  /// An epoch has ended.
  public func epoch(_ summary: EpochSummary) {
    let time = now()
    let seconds = time - epochStart
    epochStart = time
    let rate = Double(summary.records) / seconds
    let words =
      ["epoch \(summary.epoch)/\(summary.epochs)"] + summary.figures.map(\.words)
      + [rateWords(rate), clockWords(seconds: time - start)]
    display.line(words.joined(separator: "  "))
    lastShown = -.infinity
    var entry: OrderedDictionary<String, JSON> = [
      "event": "epoch", "epoch": .integer(summary.epoch), "epochs": .integer(summary.epochs),
      "records": .integer(summary.records), "seconds": .number(seconds), "images_per_second": .number(rate),
    ]
    for figure in summary.figures { entry[figure.key] = .number(figure.value) }
    record(entry)
  }

  /// Words that the user should read, such as a warning; `--quiet` does not silence them.
  public func note(_ words: String) {
    display.clear()
    StandardError.say(words)
    record(["event": "note", "words": .string(words)])
  }

  /// The work is done: the live line is left standing, the log gets its name.
  ///
  /// - Throws: `Failure` of kind `cannotWrite` when the log could not be written, now or before.
  public func finish() throws {
    display.end()
    if let logFailure { throw logFailure }
    try log?.finish()
  }

  /// Adds a line to the log. A fault is told at once and thrown at the end: it is no reason to lose a training.
  private func record(_ entry: OrderedDictionary<String, JSON>) {
    guard let log, logFailure == nil else { return }
    do {
      try log.write(.object(entry))
    } catch {
      logFailure = error
      display.clear()
      StandardError.say("\(error); the log ends here")
    }
  }

  private func rateWords(_ rate: Double) -> String { "\(rate.fixed(rate < 100 ? 1 : 0)) images/s" }
}

/// What an epoch has come to.
public struct EpochSummary: Sendable, Equatable {
  /// The epoch's number, from 1.
  public let epoch: Int
  /// How many epochs there will be.
  public let epochs: Int
  /// Records computed in it.
  public let records: Int
  /// Its figures, in the order in which they are shown.
  public let figures: [Figure]

  public init(epoch: Int, of epochs: Int, records: Int, figures: [Figure]) {
    self.epoch = epoch
    self.epochs = epochs
    self.records = records
    self.figures = figures
  }
}
