import Testing

@testable import CommandSupport

/// Collects what a display writes, and tells the time that a test sets.
private final class Stage {
  var text = ""
  var time = 100.0
}

@Suite struct PassingProgressTests {
  @Test func timeIsWrittenAsOnAClock() {
    #expect([0, 59.6, 61, 3599].map(clockWords) == ["0:00", "1:00", "1:01", "59:59"])
    #expect([3600, 36_061].map(clockWords) == ["1:00:00", "10:01:01"])
    #expect([-1, .nan, .infinity, 4e6].map(clockWords) == ["-", "-", "-", "-"])
  }

  /// A filter does not know how much is to come: it tells how much has passed, and leaves nothing behind.
  @Test func aFilterShowsWhatHasPassedOnATerminalOnly() {
    let stage = Stage()
    let progress = PassingProgress(display: .live(width: { 80 }, write: { stage.text += $0 }), now: { stage.time })
    progress.passed(0)
    #expect(stage.text.isEmpty)
    stage.time += 2
    progress.passed(500)
    stage.time += 0.01
    progress.passed(600)
    stage.time += 8
    progress.passed(2002)
    progress.end()
    progress.end()
    #expect(
      stage.text == "\r500 records  250 images/s  0:02\u{1B}[K\r2002 records  200 images/s  0:10\u{1B}[K\r\u{1B}[K")
    stage.text = ""
    progress.show(["looking for groups", "round 1"])
    stage.time += 1
    progress.show(["looking for groups", "round 2"])
    progress.end()
    #expect(stage.text == "\rlooking for groups  round 2  0:11\u{1B}[K\r\u{1B}[K")
    stage.text = ""
    PassingProgress(display: .silent, now: { stage.time }).passed(9)
    #expect(stage.text.isEmpty)
  }
}
