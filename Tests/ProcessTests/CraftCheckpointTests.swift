import Glibc
import OrderedCollections
import Records
import TestSupport
import Testing

/// Attacks of `ue-craft` that are killed, stopped and resumed.
@Suite struct CraftCheckpointTests {
  /// An attack in many small steps, and the epoch, from 0, in which it makes perturbations.
  struct Attack: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let crafting: Int
    var testDescription: String { arguments.prefix(3).joined(separator: " ") }
  }

  private static let small = ["--width", "4", "--epochs", "3", "--batch", "4"]
  static let attacks = [
    Attack(arguments: ["em", "--steps", "2"] + small, crafting: 3),
    Attack(arguments: ["em", "--variant", "original", "--eps", "1/255", "--steps", "2"] + small, crafting: 0),
    Attack(
      arguments: ["rem", "--steps", "2", "--adversary-steps", "1", "--samples", "1", "--rate", "0.7"] + small,
      crafting: 3),
    Attack(arguments: ["tap", "--steps", "3"] + small, crafting: 3),
    Attack(arguments: ["sep", "--steps", "2", "--members", "2"] + small, crafting: 3),
    Attack(arguments: ["ntga", "--block", "2"], crafting: 0),
  ]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 42), to: "a.rec", in: folder)
  }

  private func run(_ arguments: [String]) throws -> ProcessResult {
    try ProcessRunner.run("ue-craft", arguments, directory: folder.path)
  }

  private func start(_ arguments: [String]) throws -> RunningProcess {
    try ProcessRunner.start("ue-craft", arguments, directory: folder.path)
  }

  @Test(arguments: attacks) func anAttackKilledAgainAndAgainEndsInTheSameBytes(_ attack: Attack) throws {
    let whole = try run(attack.arguments + ["--quiet", "-o", "whole", "a.rec"])
    #expect(whole.status == 0, "\(whole.errorText)")
    let resumed =
      attack.arguments + ["--quiet", "--checkpoint", "ck", "--checkpoint-every", "1", "--resume", "-o", "p", "a.rec"]
    var kills = 0
    var epochs: Set<Int> = []
    while true {
      let process = try start(resumed)
      folder.waitForCheckpoints(3, of: process)
      process.send(SIGKILL)
      let result = try process.wait()
      if result.signal == nil { break }
      #expect(result.signal == SIGKILL)
      kills += 1
      epochs.insert(try folder.checkpoint().position.epoch)
      try #require(kills < 100, "it gets on")
    }
    #expect(kills >= 3)
    #expect(epochs.contains(attack.crafting), "it was killed while it made perturbations")
    #expect(attack.crafting == 0 || epochs.contains { $0 < attack.crafting }, "and while it trained")
    let last = try run(resumed)
    #expect(last.status == 0)
    #expect(last.errorText.contains("ck: the training goes on after step "))
    #expect(try folder.read("p") == folder.read("whole"))
    #expect(try folder.names() == ["a.rec", "ck", "p", "whole"], "what the killed ones left is gone")
  }

  @Test(arguments: attacks) func aCheckpointChangesNothing(_ attack: Attack) throws {
    let plain = try run(attack.arguments + ["--quiet", "a.rec"])
    let kept = try run(attack.arguments + ["--quiet", "--checkpoint", "ck", "--threads", "1", "a.rec"])
    #expect(kept.status == 0 && kept.output == plain.output)
    let again = try run(attack.arguments + ["--quiet", "--checkpoint", "ck", "--resume", "a.rec"])
    #expect(again.output == plain.output, "what is done already is written again")
  }

  @Test(arguments: [SIGTERM, SIGINT]) func anAttackToldToStopSavesAndEndsByTheSignal(_ signal: Int32) throws {
    // So many that the signal comes within the first step, which is finished; a sanitizer makes each of them slow.
    let steps = Sanitizer.isOn ? "300" : "20000"
    let line = ["tap", "--width", "4", "--epochs", "1", "--batch", "4", "--steps", steps, "-q", "--checkpoint", "ck"]
    let process = try start(line + ["-o", "p", "a.rec"])
    // The end of the surrogate's only epoch.
    folder.waitForCheckpoints(1, of: process)
    process.send(SIGUSR1)
    process.send(signal)
    let result = try process.wait()
    #expect(result.signal == signal)
    let position = try folder.checkpoint().position
    #expect(position == .init(epoch: 1, step: 1, sums: position.sums))
    let lines = result.errorText.split(separator: "\n")
    try #require(lines.count == 2)
    #expect(lines[0].hasPrefix("ue-craft: epoch 2/2  ") && lines[0].contains("target "))
    #expect(lines[1] == "ue-craft: stopped; ck holds step 1 of epoch 2, and --resume goes on from there")
    #expect(try folder.names() == ["a.rec", "ck"])
  }

  @Test func anotherAttackIsRefusedWithTheDifference() throws {
    _ = try Pictures.write(Pictures.batch(count: 41), to: "fewer.rec", in: folder)
    let begun = ["--steps", "2", "--width", "4", "--epochs", "1", "--batch", "8", "-q", "--checkpoint", "ck"]
    #expect(try run(["em"] + begun + ["a.rec"]).status == 0)
    let cases: [([String], String)] = [
      (["em", "--eps", "4/255", "a.rec"], "the option or size eps is"),
      (["em", "--steps", "3", "a.rec"], #"the option or size steps is "2" there and "3" here"#),
      (["em", "--variant", "original", "a.rec"], "the option or size variant"),
      (["em", "--rate", "0.5", "a.rec"], "the option or size rate is"),
      (["em", "--seed", "1", "a.rec"], "the option or size seed"),
      (["em", "--epochs", "2", "a.rec"], "the option or size epochs"),
      (["tap", "a.rec"], "the option or size attack"), (["em", "fewer.rec"], "the training set's ids is"),
    ]
    for (options, words) in cases {
      let result = try run([options[0]] + begun + options.dropFirst() + ["--resume"])
      #expect(result.status == 65 && result.output == [])
      #expect(result.errorText.contains("ck: holds another training: "), "\(options)")
      #expect(result.errorText.contains(words), "\(options): \(result.errorText)")
    }
    #expect(try run(["em"] + begun + ["a.rec"]).status == 73, "it is not written over unasked")
    #expect(try run(["ntga", "--resume", "a.rec"]).status == 64)
  }

  @Test func hostileCheckpointsOfAttacksAreRefused() throws {
    let line = ["tap", "--steps", "2", "--width", "4", "--epochs", "1", "--batch", "8", "-q", "--checkpoint", "ck"]
    #expect(try run(line + ["a.rec"]).status == 0)
    let good = try folder.checkpoint()
    let noise = [Float](repeating: .nan, count: 42 * 192)
    let cases: [(CheckpointDocument.Position, [String: Column?], String)] = [
      (.init(epoch: 2, step: 1, sums: [:]), [:], "the training has 2 epochs"),
      (.init(epoch: 1, step: 7, sums: [:]), [:], "the epoch has 6 steps"),
      (.init(epoch: 0, step: 1, sums: good.position.sums), [:], "has no place in this training"),
      (good.position, ["perturbation": nil], "lacks the tensor perturbation"),
      (good.position, ["perturbation": Column(noise, shape: [42, 192])], "not finite"),
      (good.position, ["perturbation": Column([1] as [Float], shape: [1])], "is F32 [1], where F32 [42, 192]"),
      (good.position, ["state.0.bn1.weight": nil], "lacks the tensor state.0.bn1.weight"),
    ]
    for (position, tensors, words) in cases {
      let output = try OutputFile.create(folder.file("ck"))
      let changed = good.tensors.merging(tensors.compactMapValues { $0 }) { $1 }.filter {
        tensors[$0.key] != .some(nil)
      }
      try CheckpointDocument(training: good.training, position: position, tensors: changed).write(to: output)
      try output.commit()
      let result = try run(line + ["--resume", "a.rec"])
      #expect(result.status == 65 && result.output == [], "\(words)")
      #expect(result.errorText.contains(words), "\(words): \(result.errorText)")
    }
  }
}
