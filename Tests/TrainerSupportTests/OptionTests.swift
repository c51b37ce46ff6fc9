import ArgumentParser
import Testing

@testable import CommandSupport
@testable import TrainerSupport

@Suite struct OptionTests {
  struct Trainer: ParsableCommand {
    @OptionGroup var options: TrainerOptions
  }

  /// What an earlier run left, how often it is saved and who watches change nothing in the model.
  @Test func checkpointsAndProgressAreLeftOutOfHistories() {
    #expect(
      PassingOption.all(of: Trainer.self) == [
        "--checkpoint": true, "--checkpoint-every": true, "--resume": false, "-q": false, "--quiet": false,
        "--log": true, "--threads": true, "-o": true, "--output": true, "--force": false, "--level": true,
        "--max-document": true, "--micro-batch": true,
      ])
    let typed = ["--kld", "1", "--checkpoint", "ck", "--checkpoint-every=9", "--resume", "--log", "l", "-q", "set.rec"]
    #expect(
      Provenance.lasting(typed, passing: PassingOption.all(of: Trainer.self)) == ["--kld", "1", "set.rec"])
  }

  @Test func aLogNeedsAName() {
    let error = #expect(throws: (any Error).self) { try Trainer.parse(["--log", "-"]) }
    guard let error else { return }
    #expect(Trainer.exitCode(for: error).rawValue == 64)
    #expect(Trainer.message(for: error).contains("--log"))
  }
}
