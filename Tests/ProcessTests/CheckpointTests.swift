import Glibc
import OrderedCollections
import Records
import TestSupport
import Testing

/// Trainings that are killed, stopped and resumed.
@Suite struct CheckpointTests {
  private static let tools = ["dvae-fit", "cls-train"]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 20), to: "a.rec", in: folder)
  }

  /// 25 epochs of 5 steps unless told otherwise.
  private func arguments(_ tool: String, epochs: Int = 25, _ more: String...) -> [String] {
    arguments(tool, epochs: epochs, options: more)
  }

  private func arguments(_ tool: String, epochs: Int, options: [String]) -> [String] {
    ["--width", "4", "--epochs", "\(epochs)", "--batch", "4", "--quiet"]
      + (tool == "dvae-fit" ? ["--latent", "6"] : []) + options + ["a.rec"]
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> ProcessResult {
    try ProcessRunner.run(tool, arguments, directory: folder.path)
  }

  private func start(_ tool: String, _ arguments: [String]) throws -> RunningProcess {
    try ProcessRunner.start(tool, arguments, directory: folder.path)
  }

  private func checkpoint() throws -> CheckpointDocument { try folder.checkpoint() }

  /// Writes a changed checkpoint in the place of the one that is there.
  private func change(_ body: (CheckpointDocument) -> CheckpointDocument) throws {
    let changed = try body(checkpoint())
    let output = try OutputFile.create(folder.file("ck"))
    try changed.write(to: output)
    try output.commit()
  }

  private func waitForCheckpoints(_ count: Int, of process: RunningProcess) {
    folder.waitForCheckpoints(count, of: process)
  }

  @Test(arguments: tools) func aTrainingKilledTenTimesEndsInTheSameBytes(_ tool: String) throws {
    let whole = try run(tool, arguments(tool, "-o", "whole"))
    #expect(whole.status == 0)
    let resumed = arguments(tool, "--checkpoint", "ck", "--checkpoint-every", "1", "--resume", "-o", "m")
    var kills = 0
    for _ in 0..<10 {
      let process = try start(tool, resumed)
      waitForCheckpoints(Int.random(in: 0...4), of: process)
      usleep(UInt32.random(in: 0...20_000))
      process.send(SIGKILL)
      kills += try process.wait().signal == SIGKILL ? 1 : 0
    }
    #expect(kills == 10)
    #expect(try checkpoint().position.epoch < 24, "it was killed on the way")
    let last = try run(tool, resumed)
    #expect(last.status == 0)
    #expect(last.errorText.contains("ck: the training goes on after step "))
    #expect(try folder.read("m") == folder.read("whole"))
    #expect(try folder.names() == ["a.rec", "ck", "m", "whole"], "what the killed ones left is gone")
  }

  @Test(arguments: tools, [SIGTERM, SIGINT, SIGHUP])
  func aTrainingToldToStopSavesAndEndsByTheSignal(_ tool: String, _ signal: Int32) throws {
    let process = try start(tool, arguments(tool, epochs: 5000, "--checkpoint", "ck", "-o", "m"))
    waitForCheckpoints(1, of: process)
    process.send(signal)
    let result = try process.wait()
    #expect(result.signal == signal)
    let position = try checkpoint().position
    let place = "step \(position.step) of epoch \(position.epoch + 1)"
    #expect(result.errorText == "\(tool): stopped; ck holds \(place), and --resume goes on from there\n")
    #expect(try folder.names() == ["a.rec", "ck"])
  }

  @Test(arguments: tools, [0, 2])
  func aTrainingStoppedWithinAnEpochEndsInTheSameBytes(_ tool: String, _ warmUp: Int) throws {
    let whole = try run(tool, arguments(tool, epochs: 3, "--warm-up", "\(warmUp)"))
    // What a signal after the third step leaves.
    let kept = arguments(
      tool, epochs: 3, "--warm-up", "\(warmUp)", "--checkpoint", "ck", "--checkpoint-every", "3", "--resume")
    let process = try start(tool, kept)
    waitForCheckpoints(1, of: process)
    process.send(SIGKILL)
    _ = try process.wait()
    let position = try checkpoint().position
    #expect(position.sums.keys.first == "loss")
    let resumed = try run(tool, kept)
    #expect(resumed.output == whole.output)
    // The end of the training is kept too.
    #expect(try checkpoint().position.step == 5)
    #expect(try run(tool, kept).output == whole.output)
  }

  @Test(arguments: ["vae", "dvae"]) func aSearchForTheKLTargetGoesOnWhereItWas(_ model: String) throws {
    let search = arguments("dvae-fit", epochs: 8, "--model", model, "--psnr", "5:6", "--learning-rate", "0.01")
    let whole = try run("dvae-fit", search)
    let kept = search + ["--checkpoint", "ck", "--checkpoint-every", "3", "--resume"]
    for _ in 0..<3 {
      let process = try start("dvae-fit", kept)
      waitForCheckpoints(2, of: process)
      process.send(SIGKILL)
      _ = try process.wait()
    }
    #expect(try checkpoint().tensors["divergence_target"]?.shape == [3])
    #expect(try run("dvae-fit", kept).output == whole.output)
  }

  /// More epochs than a training that came to its end had: it goes on, and its model says that it did.
  @Test(arguments: tools) func aTrainingThatCameToItsEndIsLengthened(_ tool: String) throws {
    let kept = ["--checkpoint", "ck", "--resume"]
    let short = try run(tool, arguments(tool, epochs: 2, options: kept))
    #expect(short.status == 0)
    let ended = try folder.read("ck")
    let long = try run(tool, arguments(tool, epochs: 4, options: kept))
    #expect(
      long.status == 0 && long.errorText.contains("the training goes on after step 5 of epoch 2"), "\(long.errorText)")
    #expect(try checkpoint().position.epoch == 3)
    try folder.write(long.output, to: "m")
    #expect(try run("ue-rec", ["info", "m"]).text.contains("earlier_epochs"))
    #expect(long.output != short.output)
    #expect(try run(tool, arguments(tool, epochs: 4)).output != long.output)
    // Stopped after its third epoch it ends in the same bytes, and at its end it can be lengthened again.
    try folder.write(ended, to: "ck")
    let process = try start(tool, arguments(tool, epochs: 4, options: kept + ["--checkpoint-every", "2"]))
    waitForCheckpoints(1, of: process)
    process.send(SIGKILL)
    _ = try process.wait()
    #expect(try run(tool, arguments(tool, epochs: 4, options: kept)).output == long.output)
    #expect(try run(tool, arguments(tool, epochs: 5, options: kept)).status == 0)
    #expect(try checkpoint().training.config["earlier_epochs"] == [2, 4])
    // One that was stopped on its way has its own end to come to first.
    try change {
      CheckpointDocument(
        training: $0.training, position: .init(epoch: 3, step: 5, sums: $0.position.sums), tensors: $0.tensors)
    }
    let refused = try run(tool, arguments(tool, epochs: 9, options: kept))
    #expect(refused.status == 65 && refused.errorText.contains("epochs is"), "\(refused.errorText)")
  }

  /// A longer training's warm-up is longer by default. That of the shorter one is over, and stays what it was.
  @Test func aWarmUpByDefaultIsNoHindrance() throws {
    let kept = ["--recipe", "fast", "--checkpoint", "ck", "--resume"]
    #expect(try run("dvae-fit", arguments("dvae-fit", epochs: 4, options: kept)).status == 0)
    let refused = try run("dvae-fit", arguments("dvae-fit", epochs: 8, options: kept + ["--warm-up", "5"]))
    #expect(refused.status == 65 && refused.errorText.contains("warm_up"), "\(refused.errorText)")
    let long = try run("dvae-fit", arguments("dvae-fit", epochs: 8, options: kept + ["-o", "m"]))
    #expect(long.status == 0, "\(long.errorText)")
    let config = try ModelDocument.read(InputFile.open(folder.file("m"))).config
    #expect(config["warm_up"] == 1 && config["earlier_epochs"] == [4] && config["epochs"] == 8)
  }

  /// Seven steps of five an epoch end within the second, and are those whether the training was stopped or not.
  @Test(arguments: tools) func aTrainingMayCountSteps(_ tool: String) throws {
    func arguments(_ options: [String]) -> [String] {
      ["--width", "4", "--batch", "4"] + (tool == "dvae-fit" ? ["--latent", "6", "--recipe", "fast"] : []) + options + [
        "a.rec"
      ]
    }
    func train(_ options: String...) throws -> ProcessResult { try run(tool, arguments(options)) }
    let whole = try train("--steps", "7", "--log", "log", "-o", "whole")
    #expect(whole.status == 0 && whole.errorText.contains("epoch 2/2"), "\(whole.errorText)")
    let lines = try folder.read("log").split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: Array($0)) }
    #expect(lines.map { $0["steps"] } == [5, 7] && lines.map { $0["records"] } == [20, 8])
    let config = try ModelDocument.read(InputFile.open(folder.file("whole"))).config
    #expect(config["steps"] == 7 && config["epochs"] == nil && config["schedule"] == "cosine by step")
    // Killed after six of them, and gone on with.
    let kept = arguments(["--steps", "7", "--checkpoint", "ck", "--checkpoint-every", "6", "--resume", "-o", "m"])
    let process = try start(tool, kept)
    waitForCheckpoints(1, of: process)
    process.send(SIGKILL)
    _ = try process.wait()
    #expect(try run(tool, kept).status == 0)
    #expect(try folder.read("m") == folder.read("whole"))
    // Fewer than an epoch has, and what does not go together.
    #expect(try train("--steps", "2", "-q").status == 0)
    #expect(try train("--steps", "7", "--epochs", "2").errorText.contains("give one of them"))
    #expect(try train("--steps", "0").status == 64)
    #expect(try train("--steps", "7", "--warm-up", "7").errorText.contains("give a number below 7, the steps"))
  }

  @Test func aCheckpointChangesNothing() throws {
    for tool in Self.tools {
      let plain = try run(tool, arguments(tool, epochs: 2))
      let kept = try run(tool, arguments(tool, epochs: 2, "--checkpoint", "ck.\(tool)", "--threads", "1"))
      #expect(kept.status == 0 && kept.output == plain.output)
      #expect(kept.errorText == "")
    }
  }

  @Test func anotherTrainingIsRefusedWithTheDifference() throws {
    _ = try Pictures.write(Pictures.batch(count: 21), to: "more.rec", in: folder)
    _ = try Pictures.write(
      Pictures.batch(count: 20) { $0["label"] = Column((0..<20).map { ($0 + 1) % 3 }, shape: [20]) },
      to: "labels.rec", in: folder)
    let begun = ["--width", "4", "--latent", "6", "--epochs", "2", "--batch", "4", "-q", "--checkpoint", "ck"]
    #expect(try run("dvae-fit", begun + ["a.rec"]).status == 0)
    let kept = try folder.read("ck")
    let cases: [([String], String)] = [
      (["--epochs", "1", "a.rec"], #"the option or size epochs is "2" there and "1" here"#),
      (["--seed", "9", "a.rec"], "the option or size seed"), (["--kld", "2", "a.rec"], "the option or size kld"),
      (["--width", "6", "a.rec"], "the option or size width"), (["--batch", "5", "a.rec"], "the option or size batch"),
      (["--learning-rate", "1", "a.rec"], "the option or size learning_rate"),
      (["--model", "vae", "a.rec"], #"the model is "dvae" there and "vae" here"#),
      (["more.rec"], #"the option or size records is "20" there and "21" here"#),
      (["labels.rec"], "the training set's labels is"),
    ]
    for (options, words) in cases {
      let result = try run("dvae-fit", begun + options + ["--resume"])
      #expect(result.status == 65)
      #expect(result.errorText.contains("ck: holds another training: "), "\(options)")
      #expect(result.errorText.contains(words), "\(options): \(result.errorText)")
      #expect(result.output == [])
    }
    let classifier = try run("cls-train", arguments("cls-train", "--checkpoint", "ck", "--resume"))
    #expect(classifier.errorText.contains(#"the tool is "dvae-fit" there and "cls-train" here"#))
    try change {
      let training = $0.training
      return CheckpointDocument(
        training: .init(
          tool: training.tool, version: "0.0.0", arch: training.arch, config: training.config, data: training.data),
        position: $0.position, tensors: $0.tensors)
    }
    let version = try run("dvae-fit", begun + ["--resume", "a.rec"])
    #expect(version.status == 65)
    #expect(version.errorText.contains(#"the version of ue-tools is "0.0.0" there and ""#))
    try folder.write(kept, to: "ck")
    #expect(try run("dvae-fit", begun + ["--resume", "--threads", "1", "--level", "3", "a.rec"]).status == 0)
  }

  @Test(arguments: tools) func aCheckpointTellsWhatItHolds(_ tool: String) throws {
    #expect(try run(tool, arguments(tool, epochs: 2, "--checkpoint", "ck")).status == 0)
    let text = try run("ue-rec", ["info", "ck"]).text
    let model = tool == "dvae-fit" ? "dvae" : "resnet18"
    #expect(text.hasPrefix("ck: a checkpoint of \(tool) 0.1.0, \(model), after step 5 of epoch 2\nconfig\n"))
    #expect(text.contains("  epochs ") && text.contains("\ntrained on\n  ids ") && text.contains("  model."))
    let told = try JSON(parsing: try run("ue-rec", ["info", "--json", "ck"]).output)
    #expect(told["kind"] == "checkpoint" && told["tool"] == .string(tool) && told["arch"] == .string(model))
    #expect(told["epoch"] == 2 && told["step"] == 5 && told["config"]?["epochs"] == 2)
    let tensors = try folder.checkpoint().tensors
    #expect(told["data"]?["records"] == 20 && told["tensors"]?.object?.count == tensors.count)
    try folder.write(Array(folder.read("ck").dropLast()), to: "cut")
    #expect(try run("ue-rec", ["info", "cut"]).status == 65)
  }

  @Test func aCheckpointIsNotWrittenOverUnasked() throws {
    let kept = arguments("cls-train", epochs: 1, "--checkpoint", "ck")
    #expect(try run("cls-train", kept).status == 0)
    let bytes = try folder.read("ck")
    let again = try run("cls-train", kept)
    #expect(again.status == 73)
    #expect(again.errorText.contains("ck: stands there already; give --resume"))
    #expect(try folder.read("ck") == bytes)
    #expect(try run("cls-train", arguments("cls-train", "--checkpoint", "none/ck")).status == 73)
    #expect(try run("cls-train", arguments("cls-train", "--checkpoint", ".")).status == 73)
    for options in [["--resume"], ["--checkpoint-every", "3"], ["--checkpoint", "-"]] {
      #expect(try run("cls-train", options + ["a.rec"]).status == 64)
    }
    #expect(try run("cls-train", arguments("cls-train", "--checkpoint", "new", "--checkpoint-every", "0")).status == 64)
    #expect(try folder.names() == ["a.rec", "ck"])
  }

  @Test func damagedAndHostileCheckpointsAreRefused() throws {
    let resumed = arguments("cls-train", epochs: 2, "--checkpoint", "ck", "--resume")
    #expect(try run("cls-train", resumed).status == 0)
    let whole = try folder.read("ck")
    let good = try checkpoint()
    func expectRefusal(_ words: String) throws {
      let result = try run("cls-train", resumed)
      #expect(result.status == 65 && result.output == [], "\(words)")
      #expect(result.errorText.hasPrefix("cls-train: ck: ") && result.errorText.contains(words), "\(result.errorText)")
    }
    var flipped = whole
    flipped[whole.count / 2] ^= 1
    for bytes in [[], Array(whole.dropLast()), Array(whole.dropLast(24)), Array(whole.prefix(1000)), flipped] {
      try folder.write(bytes, to: "ck")
      try expectRefusal("ck: ")
    }
    try folder.write(folder.read("a.rec"), to: "ck")
    try expectRefusal("expected a training's checkpoint, found records of images")
    let cases: [(CheckpointDocument.Position, [String: Column?], String)] = [
      (.init(epoch: .max, step: 1, sums: good.position.sums), [:], "no position of a training"),
      (.init(epoch: 2, step: 1, sums: good.position.sums), [:], "after step 1 of epoch 3"),
      (.init(epoch: .max - 1, step: 1, sums: good.position.sums), [:], "of epoch \(Int.max)"),
      (.init(epoch: 1, step: 0, sums: [:]), [:], "after step 0"), (.init(epoch: 1, step: 6, sums: [:]), [:], "step 6"),
      (.init(epoch: 1, step: 1, sums: ["lost": 1]), [:], #"the figures ["lost"]"#),
      (good.position, ["model.bn1.weight": nil], "lacks the tensor model.bn1.weight"),
      (good.position, ["model.bn1.weight": Column([1, 2, 3] as [Float], shape: [3])], "is F32 [3], where F32 [4]"),
      (good.position, ["model.bn1.weight": Column([1, 2, 3, 4], shape: [4])], "is I64 [4], where F32 [4]"),
      (good.position, ["model.bn1.bias": Column([1, 2, .nan, 4], shape: [4])], "not finite"),
      (good.position, ["other": Column([1], shape: [1])], "has no place in this training"),
    ]
    for (position, tensors, words) in cases {
      try folder.write(whole, to: "ck")
      try change { _ in
        var changed = good.tensors
        for (name, column) in tensors { changed[name] = column }
        return CheckpointDocument(training: good.training, position: position, tensors: changed)
      }
      try expectRefusal(words)
    }
  }

  @Test(.disabled(if: Sanitizer.isForThreads, Sanitizer.notesReason))
  func whatCannotBeKeptDoesNotEndTheTraining() throws {
    let whole = try run("cls-train", arguments("cls-train", epochs: 2))
    let line = arguments("cls-train", epochs: 2, "--checkpoint", "ck").joined(separator: " ")
    // The records fit under the limit on a file's size, a checkpoint does not.
    let result = try ProcessRunner.shell("(ulimit -f 20; cls-train \(line)) | cat", directory: folder.path)
    #expect(result.status == 74)
    #expect(result.output == whole.output)
    let words = "ck: cannot be written: File too large"
    #expect(result.errorText == "cls-train: \(words); the training goes on\ncls-train: \(words)\n")
    #expect(try folder.names() == ["a.rec"])
  }

  @Test func aTrainingThatDivergesNamesItsLastCheckpoint() throws {
    let line = arguments("cls-train", "--checkpoint", "ck", "--checkpoint-every", "1", "--learning-rate", "1e12")
    let result = try run("cls-train", line)
    #expect(result.status == 70)
    let position = try checkpoint().position
    #expect(
      result.errorText.hasSuffix("(ck keeps the training after step \(position.step) of epoch \(position.epoch + 1))\n")
    )
  }

  @Test func aSignalAsksForALineOfProgress() throws {
    let process = try start("dvae-fit", arguments("dvae-fit", epochs: 100_000, "--checkpoint", "ck"))
    waitForCheckpoints(1, of: process)
    process.send(SIGUSR1)
    while try process.errorText().isEmpty, !process.hasEnded { usleep(1000) }
    process.send(SIGTERM)
    let result = try process.wait()
    #expect(result.signal == SIGTERM)
    let lines = result.errorText.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("dvae-fit: epoch ") && lines[0].contains("/100000  ") && lines[0].contains("ETA"))
  }

  @Test func theLogOfAResumedTrainingTellsAllEpochs() throws {
    let kept = arguments("cls-train", epochs: 4000, "--checkpoint", "ck", "--log", "log")
    let process = try start("cls-train", kept)
    waitForCheckpoints(3, of: process)
    process.send(SIGTERM)
    _ = try process.wait()
    let first = try folder.read("log.partial")
    let again = try start("cls-train", kept.dropLast() + ["--resume", "a.rec"])
    waitForCheckpoints(3, of: again)
    again.send(SIGTERM)
    _ = try again.wait()
    let log = try folder.read("log.partial")
    #expect(log.starts(with: first) && log.count > first.count)
    let epochs = try log.split(separator: UInt8(ascii: "\n")).compactMap {
      try JSON(parsing: Array($0))["epoch"]?.integer
    }
    #expect(epochs == Array(1...epochs.count))
  }
}
