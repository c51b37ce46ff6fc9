import Records
import TestSupport
import Testing

/// `--micro-batch` of both trainers: the same bytes as the whole batch at once.
@Suite struct MicroBatchTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 70), to: "a.rec", in: folder)
  }

  /// A trainer, with what makes it quick.
  struct Trainer: Sendable, CustomTestStringConvertible {
    let tool: String
    let arguments: [String]
    var testDescription: String { ([tool] + arguments).joined(separator: " ") }
  }

  static let trainers = [
    Trainer(tool: "dvae-fit", arguments: ["--width", "16", "--latent", "6", "--kld", "1"]),
    Trainer(tool: "dvae-fit", arguments: ["--model", "vae", "--width", "6", "--latent", "5"]),
    Trainer(tool: "cls-train", arguments: ["--width", "16"]),
    Trainer(tool: "cls-train", arguments: ["--width", "3", "--no-augmentation"]),
  ]

  private func train(_ trainer: Trainer, batch: Int, _ more: [String] = []) throws -> ProcessResult {
    let arguments = trainer.arguments + ["--epochs", "2", "--batch", "\(batch)", "--quiet", folder.file("a.rec")]
    return try ProcessRunner.run(trainer.tool, arguments + more)
  }

  @Test(arguments: trainers) func everyMicroBatchGivesTheBytesOfTheBatch(_ trainer: Trainer) throws {
    for (batch, sizes) in [(32, [2, 4, 8, 16, 32]), (20, [5, 10]), (8, [1, 2, 4])] {
      let whole = try train(trainer, batch: batch)
      #expect(whole.status == 0)
      for size in sizes {
        let result = try train(trainer, batch: batch, ["--micro-batch", "\(size)", "--threads", "\(1 + size % 2)"])
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.output == whole.output, "\(size) of \(batch)")
      }
    }
  }

  @Test(arguments: trainers) func aTrainingGoesOnWithOtherMicroBatches(_ trainer: Trainer) throws {
    let whole = try train(trainer, batch: 16)
    let kept = ["--checkpoint", folder.file("kept"), "--checkpoint-every", "3", "--resume"]
    let running = try ProcessRunner.start(
      trainer.tool,
      trainer.arguments + ["--epochs", "2", "--batch", "16", "--quiet", folder.file("a.rec"), "--micro-batch", "4"]
        + kept)
    running.send(15)
    _ = try running.wait()
    #expect(try train(trainer, batch: 16, ["--micro-batch", "2"] + kept).output == whole.output)
  }

  @Test(arguments: ["0", "-3", "3", "5", "64", "many"]) func unfitSizesAreRefused(_ size: String) throws {
    let result = try train(Self.trainers[0], batch: 32, ["--micro-batch=\(size)"])
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    if let number = Int(size), number > 0 {
      #expect(result.errorText.contains("give 16, 8, 4, 2"), "\(result.errorText)")
    }
  }

  @Test func aFolderThatCannotBeWrittenIsNamed() throws {
    let result = try ProcessRunner.shell(
      "TMPDIR=/proc dvae-fit --width 4 --latent 4 --epochs 1 --batch 16 --micro-batch 8 a.rec", directory: folder.path)
    #expect(result.status == 73)
    #expect(result.errorText.contains("/proc") && result.errorText.contains("TMPDIR"))
  }

  /// The file is claimed as it grows: a limit on files stands for a full disk.
  @Test(.disabled(if: Sanitizer.isForThreads, Sanitizer.notesReason))
  func aFullDiskEndsTheTrainingWithWords() throws {
    let result = try ProcessRunner.shell(
      "ulimit -f 1000; dvae-fit --width 32 --latent 8 --epochs 1 --batch 64 --micro-batch 32 -q a.rec",
      directory: folder.path)
    #expect(result.status == 74)
    #expect(
      result.errorText.contains("--micro-batch: ") && result.errorText.contains("set TMPDIR to a folder with more"))
    #expect(result.output.isEmpty)
  }
}
