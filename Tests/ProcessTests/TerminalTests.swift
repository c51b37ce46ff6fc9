import Records
import TestSupport
import Testing

private let hasScript = (try? ProcessRunner.shell("command -v script").status) == 0

/// What is refused to a person at a terminal; `script` lends one where it is installed.
@Suite(.enabled(if: hasScript)) struct TerminalTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(3), to: "a.rec", in: folder)
  }

  private func onTerminal(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell("script -qec '\(line)' /dev/null", directory: folder.path)
  }

  @Test func recordsAreRefused() throws {
    let result = try onTerminal("ue-rec head a.rec")
    #expect(result.status == 64)
    #expect(result.text.contains("refusing to write binary data to a terminal"))
    #expect(try onTerminal("ue-rec head a.rec -o b.rec").status == 0)
    #expect(try onTerminal("ue-rec head a.rec --force").status == 0)
    #expect(try onTerminal("ue-rec head a.rec -o /dev/stdout").status == 64)
    #expect(try onTerminal("ue-rec head a.rec -o /dev/tty").status == 64)
  }

  @Test(arguments: ["ue-rec head", "ue-decode cifar10", "ue-encode npz"])
  func withNothingToReadThatAndTheUsageAreTold(_ command: String) throws {
    let result = try onTerminal("\(command) > /dev/null")
    #expect(result.status == 64)
    let tool = command.prefix { $0 != " " }
    #expect(result.text.hasPrefix("\(tool): nothing to read: standard input is a terminal"))
    #expect(result.text.contains("\nUsage: \(command) "))
    #expect(result.text.contains("\nTry \u{27}\(command) --help\u{27} "))
  }

  @Test func aFaultStandsBelowTheLiveLine() throws {
    let options = "--width 4 --latent 6 --batch 1 --learning-rate 1e38"
    let result = try onTerminal("TERM=xterm dvae-fit \(options) -o m a.rec")
    #expect(result.status == 70)
    #expect(result.text.contains("\repoch 1/"))
    #expect(result.text.contains("\u{1B}[K\r\ndvae-fit: the loss became "))
  }

  /// Kitty is known by its environment; a terminal that does not answer knows no sixels.
  @Test func sheetsAreShownWhereTheTerminalCan() throws {
    let kitty = try onTerminal("TERM=xterm-kitty ue-rec view a.rec")
    #expect(kitty.status == 0)
    #expect(kitty.text.hasPrefix("\u{1B}_Ga=T,f=100,m="))
    let plain = try onTerminal("env -u KITTY_WINDOW_ID -u TERM_PROGRAM TERM=xterm ue-rec view a.rec")
    #expect(plain.status == 64)
    #expect(plain.text.contains("refusing to write binary data to a terminal"))
    let asked = try onTerminal("ue-rec view --as sixel a.rec")
    #expect(asked.status == 0 && asked.text.contains("\u{1B}P0;1q"))
  }

  @Test func reportsAreShown() throws {
    let result = try onTerminal("ue-rec info a.rec")
    #expect(result.status == 0)
    #expect(result.text.hasPrefix("a.rec: 3 records"))
  }
}
