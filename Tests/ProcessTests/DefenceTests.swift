import Records
import TestSupport
import Testing

/// `cls-train --defence`: the same bytes however it is computed, and what cannot be combined.
@Suite struct DefenceTests {
  static let defences = ["adversarial --adversary-steps 2", "mixup", "cutout"]
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 20), to: "a.rec", in: folder)
  }

  private func shell(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell(line, directory: folder.path)
  }

  private func train(_ defence: String, _ more: String = "") -> String {
    "cls-train --width 4 --epochs 2 --batch 8 -q --defence \(defence) a.rec \(more)"
  }

  @Test(arguments: defences) func threadsAndMicroBatchesChangeNothing(_ defence: String) throws {
    let first = try shell(train(defence, "--threads 1"))
    #expect(first.status == 0, "\(first.errorText)")
    #expect(try shell(train(defence, "--threads 2")).output == first.output)
    #expect(try shell(train(defence, "--micro-batch 2")).output == first.output)
    #expect(try shell(train(defence, "--seed 1")).output != first.output)
    #expect(try shell("cls-train --width 4 --epochs 2 --batch 8 -q a.rec").output != first.output)
  }

  @Test(arguments: defences) func aKilledTrainingEndsInTheSameBytes(_ defence: String) throws {
    #expect(try shell(train(defence, "-o whole")).status == 0)
    let kept = train(defence, "--checkpoint ck --checkpoint-every 1 --resume -o m")
    for _ in 0..<3 {
      let killed = try shell(
        "\(kept) & while ! [ -e ck ]; do sleep 0.01; done; kill -KILL $! 2> /dev/null; wait $!; true")
      #expect(killed.status == 0)
    }
    #expect(try shell(kept).status == 0)
    #expect(try folder.read("m") == folder.read("whole"))
  }

  @Test func aCheckpointOfAnotherDefenceIsRefused() throws {
    #expect(try shell(train("adversarial --adversary-steps 1", "--checkpoint ck -o m")).status == 0)
    let plain = "cls-train --width 4 --epochs 2 --batch 8 -q a.rec --checkpoint ck --resume -o n"
    for line in [plain, train("adversarial --adversary-steps 2", "--checkpoint ck --resume -o n")] {
      let refused = try shell(line)
      #expect(refused.status == 65, "\(line)")
      #expect(refused.errorText.contains("defence") || refused.errorText.contains("adversary"), "\(refused.errorText)")
    }
  }

  @Test(arguments: ["mixup", "cutout"]) func defencesWithoutSettingsTellTheirName(_ defence: String) throws {
    let output = try shell(train(defence)).output
    let document = try ModelDocument.read(try InputFile.open(folder.write(output, to: "m")))
    #expect(document.config["defence"]?.string == defence)
    #expect(document.config["schedule"] == nil)
  }

  @Test func theModelTellsHowItWasTrained() throws {
    let document = try ModelDocument.read(
      try InputFile.open(folder.write(shell(train("adversarial --adversary-eps 4/255")).output, to: "m")))
    #expect(document.config["defence"]?.string == "adversarial")
    #expect(document.config["adversary_steps"]?.number == 10)
    #expect((document.config["adversary_eps"]?.number).map { Float($0) } == Float(4) / 255)
    // The published recipe, of which the epochs were given.
    #expect(document.config["schedule"]?.array?.compactMap(\.number) == [0.75, 0.9])
  }

  @Test func wrongSettingsAreNamed() throws {
    for (options, words) in [
      ("--defence nothing", "adversarial"),
      ("--defence mixup --adversary-steps 3", "--adversary-steps is a setting of --defence adversarial"),
      ("--adversary-steps 3", "--adversary-steps is a setting of --defence adversarial"),
      ("--defence adversarial --adversary-steps 0", "--adversary-steps 0: give a number of 1 to 1000"),
      ("--defence adversarial --adversary-eps 2", "--adversary-eps 2: give a number or fraction above 0"),
      ("--defence adversarial --adversary-step-size x", "--adversary-step-size"),
      ("--defence adversarial --warm-up 100", "--warm-up 100: give a number below 100"),
    ] {
      let refused = try shell("cls-train \(options) a.rec")
      #expect(refused.status == 64 && refused.errorText.contains(words), "\(options): \(refused.errorText)")
    }
  }
}
