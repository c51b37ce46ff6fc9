import Records
import TestSupport
import Testing

/// `cls-train` and `cls-eval` as a shell runs them.
@Suite struct ClassifierToolTests {
  private let folder: TemporaryFolder
  private let small = ["--width", "4", "--epochs", "1", "--batch", "8", "--quiet"]

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 20), to: "a.rec", in: folder)
  }

  private func train(_ arguments: String..., input: String = "a.rec") throws -> ProcessResult {
    try ProcessRunner.run("cls-train", small + arguments, input: .file(folder.file(input)))
  }

  @Test func theSameSeedGivesTheSameBytesForAnyNumberOfThreads() throws {
    let first = try train("--threads", "1")
    #expect(first.status == 0)
    #expect(try train("--threads", "2").output == first.output)
    #expect(try train("--seed", "4").output != first.output)
    #expect(try train("--no-augmentation").output != first.output)
  }

  @Test func aTrainedClassifierIsEvaluated() throws {
    #expect(try train("--epochs", "40", "-o", folder.file("c")).status == 0)
    let table = try ProcessRunner.run("cls-eval", [folder.file("c"), folder.file("a.rec")])
    #expect(table.status == 0)
    #expect(table.text.hasPrefix("records 20  accuracy "))
    let json = try ProcessRunner.run("cls-eval", [folder.file("c"), "--json", folder.file("a.rec")])
    let report = try JSON(parsing: json.output)
    #expect(report["records"]?.integer == 20)
    let accuracy = try #require(report["accuracy"]?.number)
    let confusion = try #require(report["confusion"]?.array).map { $0.array?.compactMap(\.integer) ?? [] }
    #expect(confusion.map { $0.reduce(0, +) } == [7, 7, 6])
    #expect(accuracy == Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / 20)
  }

  @Test func theTableIsAlignedAndSteersNoTerminal() throws {
    #expect(try train("-o", folder.file("c")).status == 0)
    var named = try Pictures.batch(count: 20)
    named.classes = ["cat", "\u{1B}[31mdog", "long-tailed tit"]
    _ = try Pictures.write(named, to: "named.rec", in: folder)
    let result = try ProcessRunner.run("cls-eval", [folder.file("c"), folder.file("named.rec")])
    let lines = result.text.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.count == 13)
    #expect(lines[2] == "class            records  accuracy")
    #expect(lines[3].hasPrefix("cat                    7  ") && lines[3].hasSuffix(" %"))
    #expect(lines[4].hasPrefix("\\u{1b}[31mdog          7  "))
    #expect(lines[7] == "label \\ predicted")
    #expect(lines[8].split(separator: " ") == ["0", "1", "2"])
    #expect(!result.text.contains("\u{1B}"))
  }

  @Test func streamsOfOtherClassesAreNotMixed() throws {
    #expect(try train("-o", folder.file("c")).status == 0)
    for (name, classes) in [("a1.rec", ["cat", "dog", "tit"]), ("a2.rec", ["dog", "cat", "tit"])] {
      var named = try Pictures.batch(count: 20)
      named.classes = classes
      _ = try Pictures.write(named, to: name, in: folder)
    }
    let result = try ProcessRunner.run("cls-eval", [folder.file("c"), folder.file("a1.rec"), folder.file("a2.rec")])
    #expect(result.status == 65)
    #expect(result.errorText.contains("a2.rec: frame 1") && result.errorText.contains("names of the classes differ"))
  }

  @Test func evaluationIsTheSameForAnyThreads() throws {
    #expect(try train("-o", folder.file("c")).status == 0)
    let one = try ProcessRunner.run("cls-eval", [folder.file("c"), "--json", "--threads", "1", folder.file("a.rec")])
    let two = try ProcessRunner.run("cls-eval", [folder.file("c"), "--json", "--threads", "2", folder.file("a.rec")])
    #expect(one.output == two.output)
  }

  /// No step would find out what the last one left.
  @Test(arguments: [
    "cls-train --learning-rate 1e38 --width 4", "dvae-fit --learning-rate 1e38 --width 4 --latent 4",
    "dvae-fit --model ae --learning-rate 1e38 --width 4 --latent 4",
  ]) func aTrainingThatDivergesInItsLastStepWritesNoModel(_ command: String) throws {
    let result = try ProcessRunner.shell("\(command) --epochs 1 -q a.rec -o m", directory: folder.path)
    #expect(result.status == 70, "\(result.errorText)")
    #expect(result.errorText.contains("at step 1 (epoch 1); no model was written"), "\(result.errorText)")
    #expect(try folder.names() == ["a.rec"])
  }

  @Test func oneClassTrainsWithAWarning() throws {
    _ = try Pictures.write(Pictures.batch(count: 20, classes: 1), to: "one.rec", in: folder)
    let result = try train(input: "one.rec")
    #expect(result.status == 0)
    #expect(result.errorText.contains("one class"))
  }

  @Test func labelsBeyondTheClassesAreNamed() throws {
    let trained = try train("--class-count", "2")
    #expect(trained.status == 65)
    #expect(trained.errorText.contains("record 2 (id 102) has label 2"))
    #expect(try train("-o", folder.file("c")).status == 0)
    _ = try Pictures.write(Pictures.batch(count: 8, classes: 5), to: "five.rec", in: folder)
    let evaluated = try ProcessRunner.run("cls-eval", [folder.file("c"), folder.file("five.rec")])
    #expect(evaluated.status == 65)
    #expect(evaluated.errorText.contains("label 3"))
  }

  @Test func faultsHaveTheirExitCodes() throws {
    #expect(try ProcessRunner.run("cls-train", small).status == 65)
    #expect(try ProcessRunner.run("cls-eval", [folder.file("a.rec"), folder.file("a.rec")]).status == 65)
    #expect(try ProcessRunner.run("cls-eval", [folder.file("none"), folder.file("a.rec")]).status == 66)
    #expect(try ProcessRunner.run("cls-eval").status == 64)
    #expect(try train("--learning-rate", "1e38").status == 70)
    #expect(try train("-o", folder.file("c")).status == 0)
    let full = try ProcessRunner.shell("cls-eval c a.rec > /dev/full", directory: folder.path)
    #expect(full.status == 74)
    // The report's file comes before the records, which would end in 65 here.
    let early = try ProcessRunner.shell("cls-eval c -o none/report < /dev/null", directory: folder.path)
    #expect(early.status == 73)
    #expect(try ProcessRunner.shell("cls-eval c -o report < /dev/null", directory: folder.path).status == 65)
    #expect(try folder.names() == ["a.rec", "c"])
  }
}
