import Records
import TestSupport
import Testing

/// Files that are named on a command line, in ways that are seldom thought of.
@Suite struct NamedFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(40), to: "a.rec", in: folder)
  }

  private func shell(_ line: String) throws -> ProcessResult { try ProcessRunner.shell(line, directory: folder.path) }

  /// Standard output may be open to append, under any of its names.
  @Test(arguments: ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) func outputByItsNumberIsNotReplaced(
    _ name: String
  ) throws {
    let line = "cp a.rec all.rec; ue-rec head -n 3 a.rec -o \(name) >> all.rec && ue-rec info --json all.rec"
    let result = try shell(line)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try JSON(parsing: result.output)["records"] == 43)
  }

  @Test(arguments: [
    "dvae-fit --width 4 --latent 4 --epochs 1 a.rec -o m --log ./m",
    "dvae-fit --width 4 --latent 4 --epochs 1 a.rec -o m --checkpoint ./m",
    "cls-train --width 4 --epochs 1 -q a.rec -o c && ue-detect c a.rec -o r --report ./r",
  ]) func twoOutputsOfOneNameAreRefused(_ line: String) throws {
    let result = try shell(line)
    #expect(result.status == 64, "\(result.errorText)")
    #expect(result.errorText.contains("two outputs would go to this file"), "\(result.errorText)")
    #expect(try !folder.names().contains { $0 == "m" || $0 == "r" })
  }

  /// Inputs are read one after the other, and one is open at a time.
  @Test func moreInputsThanMayBeOpenAreRead() throws {
    let line = "for i in $(seq 60); do cp a.rec $i.rec; done; ulimit -n 32; ue-rec select 1 -q [0-9]*.rec > b.rec"
    let result = try shell(line)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(try JSON(parsing: shell("ue-rec info --json b.rec").output)["records"] == 2400)
    let pipes = try shell("ue-rec select 1 -q <(cat a.rec) <(cat a.rec) | ue-rec info --json")
    #expect(try JSON(parsing: pipes.output)["records"] == 80, "\(pipes.errorText)")
  }

  @Test(arguments: [
    "ue-rec info - - < a.rec", "ue-detect m --verdict --held-out --subtracted - < a.rec",
    "ue-detect - --verdict --held-out --subtracted - a.rec",
  ]) func standardInputIsReadOnce(_ line: String) throws {
    let result = try shell(line)
    #expect(result.status == 64 && result.errorText.contains("standard input"), "\(result.errorText)")
  }
}
