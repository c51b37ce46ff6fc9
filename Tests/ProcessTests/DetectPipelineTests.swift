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
    DETECTOR_EPOCHS=1 DETECTOR_CLASSIFIER_WIDTH=4 DETECTOR_WIDTH=4 DETECTOR_LATENT=6 VERDICT_WIDTH=4 VERDICT_STEPS=3 \
    VERBOSE=1
    """
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try Pictures.write(Pictures.batch(count: 60), to: "mixed.rec", in: folder)
  }

  /// As if no make ran these tests, which would name the folders that others enter.
  private func shell(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell("unset MAKELEVEL MAKEFLAGS\n\(line)", directory: folder.path)
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

  @Test func classifiersThatDetectSeePicturesAsTheyAre() throws {
    func trained(_ threshold: String) throws -> [String.SubSequence] {
      let made = try shell(
        "make -n -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec TEST=mixed.rec OUT=out CLASSIFIER_EPOCHS=7 "
          + "THRESHOLD=\(threshold) evaluate")
      #expect(made.status == 0, "\(made.errorText)")
      return made.text.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n").filter {
        $0.contains("cls-train")
      }
    }
    let published = try trained("argmax").filter { $0.contains("--add") }
    #expect(published.count == 1 && published[0].contains("--no-augmentation") && published[0].contains("--epochs 10"))
    // Those that are evaluated see them moved and mirrored.
    let auto = try trained("auto")
    #expect(auto.count { $0.contains("sharpen") && $0.contains("--no-augmentation") } == 1)
    #expect(auto.count { $0.contains("--epochs 7") && !$0.contains("--no-augmentation") } == 2)
    // And so does the second one that judges.
    #expect(auto.count { $0.contains("learner") && !$0.contains("--no-augmentation") } == 1 && auto.count == 4)
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
  @Test(
    arguments: [
      ("make -n -f '\(pipelines)/purify.mk' DATA='my set.rec' OUT=out", 2),
      ("make -n -f '\(pipelines)/detect.mk' DATA=x.rec OUT='o ut'", 2),
      ("make -n -f '\(pipelines)/grow.mk' CLEAN='my set.rec'", 2), ("'\(pipelines)/verdict' 'my set.rec'", 64),
      ("'\(pipelines)/verdict' x.rec OUT='o ut'", 64),
    ] as [(String, Int32)]) func pathsWithSpacesAreRefusedBeforeAnythingRuns(_ line: String, _ status: Int32) throws
  {
    let result = try shell("touch 'my set.rec' x.rec; \(line)")
    #expect(result.status == status && result.output.isEmpty, "\(result.errorText)")
    #expect(result.errorText.contains("paths with spaces or any of"), "\(result.errorText)")
  }

  /// Where no group stands apart none is flagged: of a poisoned set, as a verdict written here has it, all are purified, of
  /// another none.
  @Test(arguments: [0, 3, 4]) func oneGroupIsPurifiedAsTheVerdictSays(_ status: Int) throws {
    #expect(try shell("ue-decode shapes --count 60 -o mixed.rec").status == 0)
    let made = try shell(
      """
      mkdir out; echo \(status) > out/questions.status; echo told > out/questions.txt; echo '{"marked_by":"gray"}' > out/questions.json
      make -o out/questions.txt -o out/questions.json -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec OUT=out \(Self.sizes) \
        out/judge.classifier out/purified.rec out/report.txt
      """)
    #expect(made.status == 0, "\(made.errorText)")
    let before = try #require(try Pictures.read(folder.read("mixed.rec"), in: folder).first)
    let after = try #require(try Pictures.read(folder.read("out/purified.rec"), in: folder).first)
    #expect(try Set(#require(after.flags)) == [0])
    #expect((after.image == before.image) == (status != 3))
    #expect(
      String(decoding: try folder.read("out/report.txt"), as: UTF8.self).hasSuffix(
        status == 3
          ? "told\nNo record is flagged, since none stands apart from the others: all are purified.\n" : "\n\ntold\n"))
  }

  @Test func theVerdictIsTheStatus() throws {
    let verdict = try shell("'\(Self.pipelines)/verdict' mixed.rec OUT=out \(Self.sizes) VERBOSE=")
    // Steps are told, not the shell's lines.
    let steps = verdict.errorText.split(separator: "\n").filter { $0.hasPrefix("verdict ") }
    // The second classifier is trained where the first did not call the set poisoned.
    let isTold = String(decoding: try folder.read("out/held-out.status"), as: UTF8.self) == "3\n"
    #expect(steps.map { $0.prefix(14) } == (isTold ? [1, 2, 4] : [1, 2, 3, 4]).map { "verdict \($0) of 4" })
    #expect(!verdict.errorText.contains("cls-train --"), "\(verdict.errorText)")
    let status = try #require(verdict.status)
    let word = [Int32(0): "clean: ", 3: "poisoned: ", 4: "undecided: "][status]
    #expect(verdict.text.hasPrefix(try #require(word)), "\(verdict.errorText)")
    // A second line holds what to type next; the files' names may hold blanks.
    let lines = verdict.text.split(separator: "\n")
    #expect(lines.count == (status == 3 ? 2 : 1), "\(verdict.text)")
    if status == 3 { #expect(lines[1].hasPrefix("next: make -f ") && lines[1].contains("DATA=mixed.rec OUT=out")) }
    let made = try shell("make -s -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec OUT=out \(Self.sizes) verdict")
    #expect(made.status == (status == 0 ? 0 : 2) && made.text == lines[0] + "\n")
    let json = try shell("'\(Self.pipelines)/verdict' --json mixed.rec OUT=out \(Self.sizes)")
    #expect(
      try json.status == status && word?.hasPrefix(#require(JSON(parsing: json.output)["finding"]?.string)) == true)
    #expect(try shell("'\(Self.pipelines)/verdict'").status == 64)
    #expect(try shell("'\(Self.pipelines)/verdict' none.rec \(Self.sizes)").status == 66)
  }

  /// A set that is poisoned in part is told by its detail, and so are its records.
  @Test func aPartThatStandsApartIsTheVerdict() throws {
    let marked = try Pictures.noise(count: 900, deviation: 3, by: 8) { $0 % 5 < 3 }
    _ = try Pictures.write(marked, to: "mixed.rec", in: folder)
    let learnt = Self.sizes.replacingOccurrences(of: "VERDICT_STEPS=3", with: "VERDICT_STEPS=150 VERDICT_BATCH=20")
    let verdict = try shell("'\(Self.pipelines)/verdict' mixed.rec OUT=out \(learnt)")
    #expect(verdict.status == 3 && verdict.text.hasPrefix("poisoned: "), "\(verdict.text)\(verdict.errorText)")
    #expect(verdict.text.contains("\nnext: make -f ") && verdict.text.contains("DATA=mixed.rec OUT=out "))
    // An evaluation trains classifiers, and does not purify anew.
    let line = "make -f '\(Self.pipelines)/detect.mk' DATA=mixed.rec TEST=mixed.rec OUT=out \(learnt)"
    let purified = try shell(line)
    #expect(purified.status == 0 && !purified.text.contains("cls-train"), "\(purified.errorText)")
    let report = String(decoding: try folder.read("out/report.txt"), as: UTF8.self)
    #expect(report.contains("recall") && report.contains("poisoned: "), "\(report)")
    let evaluated = try shell("\(line) CLASSIFIER_EPOCHS=2 evaluate")
    #expect(evaluated.status == 0 && evaluated.text.contains("mixed.classifier"), "\(evaluated.errorText)")
    #expect(!evaluated.text.contains("dvae-fit") && !evaluated.text.contains("ue-detect"))
    let again = try shell("\(line) CLASSIFIER_EPOCHS=2 evaluate")
    #expect(again.status == 0 && !again.text.contains("cls-"), "\(again.text)")
  }

  /// A file of another name counts as changed, however old it is.
  @Test func anotherSetInTheSameFolderIsReadAnew() throws {
    _ = try shell("cp mixed.rec other.rec; touch -d 2020-01-01 other.rec")
    func made(_ file: String) throws -> String {
      let made = try shell(
        "make -f '\(Self.pipelines)/detect.mk' DATA=\(file) OUT=out \(Self.sizes) THRESHOLD=argmax out/m0")
      #expect(made.status == 0, "\(made.errorText)")
      return made.text
    }
    #expect(try made("mixed.rec").contains("dvae-fit"))
    #expect(try !made("mixed.rec").contains("dvae-fit"))
    #expect(try made("other.rec").contains("dvae-fit"))
    #expect(try !made("other.rec").contains("dvae-fit"))
  }
}
