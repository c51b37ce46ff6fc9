import Foundation
import Records
import TestSupport
import Testing

/// `pipelines/detect.mk` and `pipelines/verdict`, at sizes at which nothing is learnt but every step is taken.
@Suite struct DetectPipelineTests {
  private static let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("pipelines").path
  private static let sizes = """
    WIDTH=4 LATENT=6 RECIPE=fast EPOCHS=1 BATCH=8 CLASSIFIER_WIDTH=4 CLASSIFIER_EPOCHS=1 CLASSIFIER_BATCH=8 \
    DETECTOR_EPOCHS=1 VERDICT_WIDTH=4 DETECTOR_WIDTH=4 DETECTOR_LATENT=6 \
    PLAIN_STEPS=3 AUGMENTED_STEPS=3 SHARPENED_STEPS=3
    """
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 60), to: "mixed.rec", in: folder)
  }

  private func shell(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell(line, directory: folder.path)
  }

  @Test func whatIsFlaggedIsPurifiedInItsPlace() throws {
    let line = "make -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec OUT=out \(Self.sizes) THRESHOLD=argmax"
    let made = try shell(line)
    #expect(made.status == 0, "\(made.errorText)")
    #expect(String(decoding: try folder.read("out/report.txt"), as: UTF8.self).hasPrefix("records 60  flagged "))
    let before = try #require(try Pictures.read(folder.read("mixed.rec"), in: folder).first)
    let after = try #require(try Pictures.read(folder.read("out/purified.rec"), in: folder).first)
    let flags = try #require(after.flags)
    #expect(Set(flags) == [0, 1])
    #expect(after.ids == before.ids)
    for (row, flag) in flags.enumerated() {
      #expect((after.image?.records([row]) == before.image?.records([row])) == (flag == 0))
    }
    // Stage one learns what is flagged, and stage two pictures, of which there are more: both in whole batches of 8.
    func learnt(_ model: String) throws -> String {
      try shell("tail -n 1 out/\(model).log | grep -o '\"records\":[0-9]*'").text
    }
    #expect(try learnt("m1") == "\"records\":\(flags.count { $0 == 1 } / 8 * 8)\n")
    #expect(try learnt("m2") == "\"records\":\(flags.count / 8 * 8)\n")
    let again = try shell(line)
    #expect(again.status == 0 && !again.text.contains("dvae-fit"))
  }

  @Test func theDetectorSeesPicturesAsTheyAreAndBriefly() throws {
    let made = try shell(
      "make -n -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec TEST=mixed.rec OUT=out CLASSIFIER_EPOCHS=7 evaluate")
    #expect(made.status == 0, "\(made.errorText)")
    // A line may come twice: the make that the verdict calls on tells what it would do as well.
    let trained = Set(made.text.split(separator: "\n").filter { $0.contains("cls-train") })
    let (detector, others) = (trained.filter { $0.contains("--add") }, trained.filter { !$0.contains("--add") })
    #expect(detector.count == 1)
    #expect(detector.allSatisfy { $0.contains("--no-augmentation") && $0.contains("--epochs 10") })
    // Those that judge see pictures as they are too, and those that are evaluated see them moved and mirrored.
    let (judging, evaluated) = (
      others.filter { $0.contains("--no-augmentation") }, others.filter { $0.contains("--epochs 7") }
    )
    #expect(evaluated.count == 2 && judging.count == 2 && others.count == 5)
  }

  @Test func whereNothingIsFlaggedTheSetStays() throws {
    let made = try shell(
      "make -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec OUT=out \(Self.sizes) THRESHOLD=1 out/purified.rec")
    #expect(made.status == 0, "\(made.errorText)")
    let before = try #require(try Pictures.read(folder.read("mixed.rec"), in: folder).first)
    let after = try #require(try Pictures.read(folder.read("out/purified.rec"), in: folder).first)
    #expect(after.image == before.image && after.flags?.contains(1) == false)
  }

  /// make takes a space for the end of a name, and would do anything with the rest.
  @Test(arguments: [
    ("make -n -f '\(pipelines)/purify.mk' DATA='my set.rec' OUT=out", 2), ("make -n -f '\(pipelines)/detect.mk' DATA=x.rec OUT='o ut'", 2),
    ("make -n -f '\(pipelines)/grow.mk' CLEAN='my set.rec'", 2), ("'\(pipelines)/verdict' 'my set.rec'", 64),
    ("'\(pipelines)/verdict' x.rec OUT='o ut'", 64),
  ] as [(String, Int32)]) func pathsWithSpacesAreRefusedBeforeAnythingRuns(_ line: String, _ status: Int32) throws {
    let result = try shell("touch 'my set.rec' x.rec; \(line)")
    #expect(result.status == status && result.output.isEmpty, "\(result.errorText)")
    #expect(result.errorText.contains("paths with spaces cannot be used"), "\(result.errorText)")
  }

  /// Where records are one group the verdict, which is written here, tells whether all of them are flagged or none.
  @Test(arguments: [0, 3, 4]) func oneGroupIsFlaggedAsTheVerdictSays(_ status: Int) throws {
    let made = try shell(
      "mkdir out; echo 4 > out/groups.status; echo \(status) > out/verdict.status; echo told > out/verdict.txt; "
        + "make -o out/verdict.txt -o out/groups.status -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec OUT=out "
        + "\(Self.sizes) out/purified.rec out/report.txt")
    // Records were classified and searched once, and then given other flags.
    let runs = made.text.split(separator: "\n").filter { $0.contains("ue-detect") }
    #expect(runs.count == 2 && runs[0].contains("auto") && runs[1].contains("--scored"), "\(made.text)")
    #expect(made.status == 0, "\(made.errorText)")
    let before = try #require(try Pictures.read(folder.read("mixed.rec"), in: folder).first)
    let after = try #require(try Pictures.read(folder.read("out/purified.rec"), in: folder).first)
    #expect(try Set(#require(after.flags)) == [status == 3 ? 1 : 0])
    #expect((after.image == before.image) == (status != 3))
    #expect(String(decoding: try folder.read("out/report.txt"), as: UTF8.self).hasSuffix("\n\ntold\n"))
  }

  @Test func theVerdictIsTheStatus() throws {
    let verdict = try shell("'\(Self.pipelines)/verdict' mixed.rec OUT=out \(Self.sizes)")
    let status = try #require(verdict.status)
    let word = [Int32(0): "clean: ", 3: "poisoned: ", 4: "undecided: "][status]
    #expect(verdict.text.hasPrefix(try #require(word)), "\(verdict.errorText)")
    // A second line holds what to type next; the files' names may hold blanks.
    let lines = verdict.text.split(separator: "\n")
    #expect(lines.count == (status == 3 ? 2 : 1), "\(verdict.text)")
    if status == 3 { #expect(lines[1].hasPrefix("next: make -f ") && lines[1].contains("DATA=mixed.rec OUT=out")) }
    // Held-out records are asked about, with classifiers of their own, only where pictures are one group.
    let asked = try shell("cat out/groups.status; ls out")
    #expect(asked.text.hasPrefix("3\n") != asked.text.contains("sharpened.classifier"), "\(asked.text)")
    let made = try shell("make -s -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec OUT=out \(Self.sizes) verdict")
    #expect(made.status == (status == 0 ? 0 : 2) && made.text == lines[0] + "\n")
    #expect(try shell("'\(Self.pipelines)/verdict'").status == 64)
    #expect(try shell("'\(Self.pipelines)/verdict' none.rec \(Self.sizes)").status == 1)
  }

  /// A set that is poisoned in part is told by its pictures, and no second classifier is trained.
  @Test func aPartThatStandsApartIsTheVerdict() throws {
    let marked = try Pictures.noise(count: 480, marked: { $0 % 5 < 2 })
    _ = try Pictures.write(marked, to: "mixed.rec", in: folder)
    let verdict = try shell(
      "'\(Self.pipelines)/verdict' mixed.rec OUT=out \(Self.sizes) EPOCHS=4 DETECTOR_EPOCHS=10 CLASSIFIER_BATCH=20")
    #expect(verdict.status == 3 && verdict.text.hasPrefix("poisoned: "), "\(verdict.text)")
    #expect(verdict.text.contains("\nnext: make -f ") && verdict.text.contains("DATA=mixed.rec OUT=out "))
    #expect(try !shell("ls out").text.contains("plain.classifier"))
    // What found the groups has flagged the records already.
    #expect(try shell("ls out").text.contains("grouped.rec"))
    // An evaluation trains classifiers, and does not purify anew.
    let line =
      "make -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec TEST=mixed.rec OUT=out \(Self.sizes) EPOCHS=4 "
      + "DETECTOR_EPOCHS=10 CLASSIFIER_BATCH=20"
    let purified = try shell(line)
    #expect(purified.status == 0 && !purified.text.contains("cls-train"), "\(purified.errorText)")
    #expect(try shell("cmp out/grouped.rec out/detected.rec").status == 0)
    let evaluated = try shell("\(line) CLASSIFIER_EPOCHS=2 evaluate")
    #expect(evaluated.status == 0 && evaluated.text.contains("mixed.classifier"), "\(evaluated.errorText)")
    #expect(!evaluated.text.contains("dvae-fit") && !evaluated.text.contains("ue-detect out/detector"))
    let again = try shell("\(line) CLASSIFIER_EPOCHS=2 evaluate")
    #expect(again.status == 0 && !again.text.contains("cls-"), "\(again.text)")
  }

  /// A file of another name counts as changed, however old it is.
  @Test func anotherSetInTheSameFolderIsReadAnew() throws {
    _ = try shell("cp mixed.rec other.rec; touch -d 2020-01-01 other.rec")
    func made(_ file: String) throws -> String {
      let made = try shell("make -f '\(Self.pipelines)/detect.mk' DATA=\(file) OUT=out \(Self.sizes) out/m0")
      #expect(made.status == 0, "\(made.errorText)")
      return made.text
    }
    #expect(try made("mixed.rec").contains("dvae-fit"))
    #expect(try !made("mixed.rec").contains("dvae-fit"))
    #expect(try made("other.rec").contains("dvae-fit"))
    #expect(try !made("other.rec").contains("dvae-fit"))
  }
}
