import Foundation
import TestSupport
import Testing

/// `Tests/Cases/run`, which shows what came out of cases beside what was expected.
@Suite struct CaseRunnerTests {
  private static let runner = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Cases/run").path

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String, _ command: String, _ expected: String) throws {
    let path = folder.file("cases/\(name)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try folder.write(Array("\(command)\n".utf8), to: "cases/\(name)/cmd.sh")
    try folder.write(Array("\(expected)\n".utf8), to: "cases/\(name)/expected.txt")
  }

  private func run(_ arguments: String) throws -> ProcessResult {
    try ProcessRunner.shell("'\(Self.runner)' '\(ProcessRunner.folder)' \(arguments)", directory: folder.path)
  }

  @Test func casesRunInCopiesAndTheirLinesAreChecked() throws {
    try place(
      "good", "ue-decode shapes --count 1 -o x.rec; test -d $PIPELINES; exit 3",
      "status 3\noutput 1 record written\nwords for a person")
    let good = try run("cases/good")
    #expect(good.status == 0, "\(good.text)\(good.errorText)")
    #expect(
      good.text.contains("=== good\n") && good.text.contains("--- status 3\n") && good.text.contains("pass: status 3\n")
    )
    #expect(good.text.hasSuffix("1 cases, 2 lines checked, 0 failed\n"))
    #expect(try ProcessRunner.shell("ls cases/good", directory: folder.path).text == "cmd.sh\nexpected.txt\n")
    try place("bad", "ue-rec info none", "status 0\noutput ^nothing")
    let bad = try run("cases")
    #expect(bad.status == 1 && bad.text.contains("FAIL: status 0\n") && bad.text.contains("FAIL: output ^nothing\n"))
    #expect(bad.text.hasSuffix("2 cases, 4 lines checked, 2 failed\n"))
  }

  @Test func wrongArgumentsAreNamed() throws {
    #expect(try ProcessRunner.shell("'\(Self.runner)'").status == 64)
    let none = try run(".")
    #expect(none.status == 66 && none.errorText.contains("no cmd.sh in"))
  }
}
