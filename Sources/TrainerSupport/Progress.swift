import CommandSupport
import OrderedCollections
import Records
import Training

/// Tells how a training goes: on standard error and, where asked for, in a log.
///
/// On a terminal one line is written over, at most six times a second; elsewhere each epoch gets a line. A training loop
/// knows nothing of this class: its tool hands it `report`.
package final class Progress {
  private var line: LiveLine
  private let log: ProgressLog?
  private let now: () -> Double
  private let start: Double
  private var epochStart: Double
  /// Where the speed of this epoch is counted from. The first step of all, which finds no memory and no tables yet, takes far
  /// longer than the others, and is left out.
  private var counted: (time: Double, pictures: Int)?
  private var logFailure: (any Error)?

  /// - Parameters:
  ///   - now: seconds on a clock that never goes back.
  ///   - isAsked: whether someone has asked for a line since the last time.
  init(
    display: ProgressDisplay, log: ProgressLog? = nil, now: @escaping () -> Double = secondsOnClock,
    isAsked: @escaping () -> Bool = { false }
  ) {
    line = LiveLine(display, isAsked: isAsked)
    self.log = log
    self.now = now
    start = now()
    epochStart = start
  }

  /// Work that failed leaves its live line standing too: what went wrong is told below it, once this is gone.
  deinit { line.display.end() }

  /// Takes what a training loop has to tell.
  package func report(_ event: TrainingEvent) {
    switch event {
    case .begin(let progress): line.begin(at: now(), place(progress))
    case .step(let progress): step(progress)
    case .epoch(let progress): epoch(progress)
    case .note(let words): note(words)
    }
  }

  private func step(_ progress: TrainingProgress) {
    let time = now()
    line.show(at: time) { words(progress, at: time) }
    if counted == nil { counted = (time, progress.pictures) }
  }

  /// Where the training stands within an epoch. A narrow terminal shows the first of these: the time left comes early.
  private func words(_ progress: TrainingProgress, at time: Double) -> [String] {
    let (share, rate) = (share(progress), presentRate(progress, at: time))
    let remaining = picturesLeft(progress) / rate
    return place(progress) + ["ETA \(clockWords(seconds: remaining))"] + progress.figures.map(\.words)
      + [rateWords(rate)]
  }

  /// Pictures that are still to pass in all epochs, by those of this one.
  private func picturesLeft(_ progress: TrainingProgress) -> Double {
    if let all = progress.allSteps {
      return Double(progress.pictures) / Double(max(1, progress.step)) * Double(all.count - all.taken)
    }
    let share = share(progress)
    return Double(progress.pictures) / share * (Double(progress.epochs - progress.epoch) + 1 - share)
  }

  private func place(_ progress: TrainingProgress) -> [String] {
    ["epoch \(progress.epoch)/\(progress.epochs)", "\(Int(share(progress) * 100))%"]
  }

  /// How much of the epoch has passed.
  private func share(_ progress: TrainingProgress) -> Double {
    Double(progress.step) / Double(max(1, progress.steps))
  }

  /// Pictures a second in this epoch. What an earlier run took of it took none of this one's time.
  private func rate(_ progress: TrainingProgress, at time: Double) -> Double {
    Double(progress.pictures - progress.earlierPictures) / (time - epochStart)
  }

  /// Pictures a second of the steps that tell how it goes on.
  private func presentRate(_ progress: TrainingProgress, at time: Double) -> Double {
    guard let counted, progress.pictures > counted.pictures, time > counted.time else {
      return rate(progress, at: time)
    }
    return Double(progress.pictures - counted.pictures) / (time - counted.time)
  }

  private func epoch(_ summary: TrainingProgress) {
    let time = now()
    counted = (time, 0)
    let (seconds, rate) = (time - epochStart, rate(summary, at: time))
    epochStart = time
    let words =
      ["epoch \(summary.epoch)/\(summary.epochs)"] + summary.figures.map(\.words)
      + [rateWords(rate), clockWords(seconds: time - start)]
    line.conclude(words)
    var entry: OrderedDictionary<String, JSON> = [
      "event": "epoch", "epoch": .integer(summary.epoch), "epochs": .integer(summary.epochs),
      "records": .integer(summary.pictures), "seconds": .number(seconds), "images_per_second": .number(rate),
    ]
    if let all = summary.allSteps { entry["steps"] = .integer(all.taken) }
    for figure in summary.figures { entry[figure.key] = .number(figure.value) }
    record(entry)
  }

  /// Words that the user should read, such as a warning; `--quiet` does not silence them.
  package func note(_ words: String) {
    line.display.clear()
    StandardError.say(words)
    record(["event": "note", "words": .string(words)])
  }

  /// The work is done: the live line is left standing, the log gets its name.
  ///
  /// - Throws: `Failure` of kind `cannotWrite` when the log could not be written, now or before.
  package func finish() throws {
    line.display.end()
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
      line.display.clear()
      StandardError.say("\(error); the log ends here")
    }
  }
}

extension Figure {
  /// Name, number and unit: `PSNR 24.1 dB`.
  package var words: String {
    let number =
      switch format {
      case .fixed(let digits): value.fixed(digits)
      case .significant(let digits): value.significant(digits)
      }
    return "\(name) \(number)" + (unit.isEmpty ? "" : " \(unit)")
  }

  /// The key in a log: the name in lower case, with `_` for what is neither letter nor digit.
  package var key: String {
    String(name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }
}
