import CommandSupport
import Glibc
import Records
import TestSupport
import Testing
import Training

import class Foundation.FileManager

@testable import TrainerSupport

/// Collects what a display writes, and tells the time that a test sets.
private final class Stage {
  var text = ""
  var time = 100.0

  func lines() -> ProgressDisplay { .lines { [self] in text += $0 } }
  func live(width: Int = 80) -> ProgressDisplay { .live(width: { width }, write: { [self] in text += $0 }) }
  func progress(_ display: ProgressDisplay, log: ProgressLog? = nil) -> Progress {
    Progress(display: display, log: log, now: { [self] in time })
  }
}

@Suite struct ProgressTests {
  static let figures = [
    Figure("loss", 0.01234321), Figure("PSNR", 21.337, .fixed(2), unit: "dB"), Figure("x norm", 3e-7, .significant(2)),
  ]

  /// A training that takes one picture a step.
  private static func stage(
    epoch: Int, of epochs: Int, step: Int, of steps: Int, _ figures: [Figure]
  ) -> TrainingProgress {
    TrainingProgress(epoch: epoch, epochs: epochs, step: step, steps: steps, pictures: step, figures: figures)
  }

  @Test func figuresHaveWordsAndKeys() {
    #expect(Self.figures.map(\.words) == ["loss 0.01234", "PSNR 21.34 dB", "x norm 3e-07"])
    #expect(Self.figures.map(\.key) == ["loss", "psnr", "x_norm"])
    #expect(Figure("KLD", .nan, .fixed(3)).words == "KLD nan")
    #expect(Figure("all", 1e300, .fixed(1)).words.count == "all ".count + 303)
  }

  @Test func awayFromATerminalEachEpochIsOneLine() {
    let stage = Stage()
    let progress = stage.progress(stage.lines())
    progress.report(.step(Self.stage(epoch: 1, of: 2, step: 10, of: 100, Self.figures)))
    stage.time += 4
    progress.report(.epoch(Self.stage(epoch: 1, of: 2, step: 100, of: 100, [Figure("loss", 0.5)])))
    stage.time += 1
    progress.report(.epoch(Self.stage(epoch: 2, of: 2, step: 100, of: 100, [Figure("loss", 0.25)])))
    #expect(
      stage.text == """
        epoch 1/2  loss 0.5  25.0 images/s  0:04
        epoch 2/2  loss 0.25  100 images/s  0:05

        """)
  }

  @Test func workThatHasNotTakenAStepHasAPlaceAndNoSpeed() {
    let stage = Stage()
    let progress = stage.progress(stage.live())
    progress.report(.begin(Self.stage(epoch: 1, of: 1, step: 0, of: 2, [])))
    #expect(stage.text.contains("epoch 1/1  0%") && !stage.text.contains("ETA") && !stage.text.contains("/s"))
  }

  @Test func aTerminalHasOneLineAtMostSixTimesASecond() {
    let stage = Stage()
    let progress = stage.progress(stage.live())
    for step in 1...100 {
      stage.time += 0.01
      progress.report(.step(Self.stage(epoch: 1, of: 3, step: step, of: 200, [])))
    }
    let shown = stage.text.split(separator: "\r")
    #expect(shown.count == 6)
    #expect(shown.first == "epoch 1/3  0%  ETA 0:06  100.0 images/s\u{1B}[K")
    #expect(!stage.text.contains("\n"))
  }

  /// The first step of all finds no memory yet and takes long: 41 steps of a tenth of a second are left, and not of five.
  @Test func theFirstStepDoesNotTellTheTimeLeft() {
    let stage = Stage()
    let progress = stage.progress(stage.live())
    stage.time += 10
    progress.report(.step(Self.stage(epoch: 1, of: 1, step: 1, of: 51, [])))
    for step in 2...10 {
      stage.time += 0.1
      progress.report(.step(Self.stage(epoch: 1, of: 1, step: step, of: 51, [])))
    }
    #expect(stage.text.hasSuffix("ETA 0:04  10.0 images/s\u{1B}[K"), "\(stage.text)")
  }

  @Test(arguments: [
    (5, "epoc"), (12, "epoch 1/3"), (15, "epoch 1/3  50%"), (25, "epoch 1/3  50%  ETA 0:05"),
    (38, "epoch 1/3  50%  ETA 0:05"), (39, "epoch 1/3  50%  ETA 0:05  loss 0.01234"),
  ]) func theLiveLineShowsTheFirstWordsThatFitWhole(_ width: Int, _ words: String) {
    let stage = Stage()
    let progress = stage.progress(stage.live(width: width))
    stage.time += 1
    progress.report(.step(Self.stage(epoch: 1, of: 3, step: 1, of: 2, Self.figures)))
    #expect(stage.text == "\r\(words)\u{1B}[K")
  }

  @Test func theLiveLineIsEndedWhenTheWorkFails() {
    let stage = Stage()
    do {
      let progress = stage.progress(stage.live())
      stage.time += 1
      progress.report(.step(Self.stage(epoch: 1, of: 3, step: 1, of: 2, [])))
    }
    #expect(stage.text.hasSuffix("\u{1B}[K\n"))
  }

  @Test func theLogIsWrittenAsideAndRenamed() throws {
    let folder = try TemporaryFolder()
    let stage = Stage()
    let progress = stage.progress(.silent, log: try ProgressLog(path: folder.file("log")))
    stage.time += 2
    progress.report(.epoch(Self.stage(epoch: 1, of: 1, step: 10, of: 10, [Figure("PSNR", 20), Figure("KLD", .nan)])))
    #expect(try folder.names() == ["log.partial"])
    try progress.finish()
    #expect(try folder.names() == ["log"])
    let text = String(decoding: try folder.read("log"), as: UTF8.self)
    #expect(
      text == #"{"event":"epoch","epoch":1,"epochs":1,"records":10,"seconds":2.0,"images_per_second":5.0,"#
        + #""psnr":20.0,"kld":null}"# + "\n")
  }

  @Test func anUnfinishedLogKeepsItsLinesAndTheFormerLogStays() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("former".utf8), to: "log")
    do {
      let progress = Stage().progress(.silent, log: try ProgressLog(path: folder.file("log")))
      progress.report(.epoch(Self.stage(epoch: 1, of: 9, step: 10, of: 10, [])))
    }
    #expect(try folder.names() == ["log", "log.partial"])
    #expect(try folder.read("log") == Array("former".utf8))
    #expect(try folder.read("log.partial").last == UInt8(ascii: "\n"))
  }

  @Test func aLogWithoutALineIsNotLeftBehind() throws {
    let folder = try TemporaryFolder()
    do { _ = Stage().progress(.silent, log: try ProgressLog(path: folder.file("log"))) }
    #expect(try folder.names() == [])
  }

  @Test func aResumedLogGrowsOn() throws {
    let folder = try TemporaryFolder()
    for continues in [false, true] {
      let progress = Stage().progress(.silent, log: try ProgressLog(path: folder.file("log"), continues: continues))
      progress.report(.epoch(Self.stage(epoch: continues ? 2 : 1, of: 9, step: 10, of: 10, [])))
    }
    let lines = try folder.read("log.partial").split(separator: UInt8(ascii: "\n"))
    #expect(try lines.map { try JSON(parsing: Array($0))["epoch"] } == [1, 2])
  }

  @Test func aCopyOfItsDescriptorDoesNotKeepALogLocked() throws {
    let folder = try TemporaryFolder()
    var log: ProgressLog? = try ProgressLog(path: folder.file("log"))
    try log?.write(.integer(1))
    // What a process started by another thread holds until it runs its own program.
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
    let written = descriptors.filter {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasSuffix(
        folder.file("log.partial")) ?? false
    }
    let copies = written.map { dup($0) }
    defer { copies.forEach { close($0) } }
    #expect(copies.count == 1)
    log = nil
    _ = try ProgressLog(path: folder.file("log"), continues: true)
  }

  @Test func whatAnEarlierRunTookOfAnEpochDoesNotCountForTheSpeed() {
    let stage = Stage()
    let progress = stage.progress(stage.live())
    stage.time += 2
    progress.report(
      .step(TrainingProgress(epoch: 2, epochs: 3, step: 60, steps: 100, pictures: 60, earlierPictures: 40, figures: []))
    )
    // 20 pictures in 2 seconds, and 140 to go.
    #expect(stage.text == "\repoch 2/3  60%  ETA 0:14  10.0 images/s\u{1B}[K")
    stage.text = ""
    progress.report(
      .epoch(
        TrainingProgress(epoch: 2, epochs: 3, step: 100, steps: 100, pictures: 100, earlierPictures: 40, figures: [])))
    #expect(stage.text.hasPrefix("\repoch 2/3  30.0 images/s"))
  }

  @Test func aLogThatCannotBeWrittenIsAFault() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: Failure.self) { try ProgressLog(path: folder.file("none/log")) }
    #expect(error?.kind == .cannotCreate)
  }

  @Test func aFullDiskIsToldAtTheEnd() throws {
    let folder = try TemporaryFolder()
    _ = try ProcessRunner.shell("ln -s /dev/full log.partial", directory: folder.path)
    let progress = Stage().progress(.silent, log: try ProgressLog(path: folder.file("log")))
    progress.report(.epoch(Self.stage(epoch: 1, of: 1, step: 10, of: 10, [])))
    let error = #expect(throws: Failure.self) { try progress.finish() }
    #expect(error?.kind == .cannotWrite)
  }
}
