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

  /// What is read of a file that grows by it would never end; a limit keeps the disk from filling where it is not refused.
  @Test(arguments: [
    "ue-rec select 'id >= 0' a.rec >> a.rec", "ue-rec select 'id >= 0' < a.rec >> a.rec",
    "ue-rec head -n 1 b.rec a.rec >> a.rec",
    "ue-rec select 'id >= 0' link.rec >> a.rec", "ue-rec select 'id >= 0' a.rec 3>> a.rec -o /dev/fd/3",
    "ue-squeeze gray a.rec >> a.rec", "ue-craft lsp a.rec >> a.rec",
    "dvae-fit --width 4 --latent 4 --epochs 1 a.rec >> a.rec",
    "ue-encode npz a.rec >> a.rec", "ue-rec info a.rec >> a.rec", "ue-rec diff b.rec a.rec >> a.rec",
  ]) func anInputThatIsTheOutputIsRefused(_ line: String) throws {
    let before = try folder.read("a.rec")
    let result = try shell("cp a.rec b.rec; ln -s a.rec link.rec; ulimit -f 2000; \(line)")
    #expect(result.status == 64, "\(result.errorText)")
    #expect(result.errorText.contains("the input file is the output file"), "\(result.errorText)")
    #expect(try folder.read("a.rec") == before)
  }

  @Test func anInputIsReplacedByItsOwnResult() throws {
    #expect(try shell("ue-rec head -n 3 a.rec -o a.rec").status == 0)
    #expect(try JSON(parsing: shell("ue-rec info --json a.rec").output)["records"] == 3)
  }

  /// A letter of its name must not pass for an option.
  @Test func aFileThatBeginsWithADashIsNoQuestion() throws {
    for line in [
      "ue-rec info -hello.rec", "ue-craft lsp -hello.rec a.rec -o x.rec", "cls-eval a.rec -oh", "ue-rec head -xh",
    ] {
      let result = try shell(line)
      #expect(result.status == 64 && result.output.isEmpty, "\(line): \(result.errorText)")
    }
    #expect(
      try shell("ue-craft lsp -hello.rec a.rec").errorText.contains(
        "unknown option -hello.rec; if that is a file, write ./-hello.rec"))
    #expect(try shell("cp a.rec ./-hello.rec; ue-rec info ./-hello.rec && ue-rec info -- -hello.rec").status == 0)
    for question in ["ue-rec info -h", "ue-rec --help", "ue-rec help info", "ue-rec --version"] {
      #expect(try shell(question).status == 0)
    }
  }

  /// Bytes of a name that are not UTF-8 come out as they went in.
  @Test func namesThatAreNotUTF8KeepTheirBytes() throws {
    let line = #"""
      cp a.rec $'caf\xe9.rec' && mkdir $'o\xff' && ue-squeeze gray $'caf\xe9.rec' -o $'o\xff/\xe9.rec' \
        && ue-rec info --json $'o\xff/\xe9.rec' && ls -b o*
      """#
    let result = try shell(line)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.hasSuffix("\n\\351.rec\n"), "\(result.text)")
    #expect(result.text.contains(#"ue-squeeze gray $'caf\\xe9.rec'"#), "\(result.text)")
    let missing = try shell(#"ue-rec info $'\xe9\n\e[31m.rec'"#)
    #expect(missing.status == 66)
    #expect(missing.errorText == "ue-rec: \\xe9\\u{a}\\u{1b}[31m.rec: No such file or directory\n")
    let option = try shell(#"ue-rec info $'--\e[31m\n'"#)
    #expect(option.status == 64 && !option.errorText.contains("\u{1B}"), "\(option.errorText)")
    let command = try shell(#"ue-rec $'in\e[31mfo'"#)
    #expect(command.status == 64 && !command.errorText.contains("\u{1B}"), "\(command.errorText)")
  }

  @Test func foldersOfSuchNamesComeBackAsTheyWere() throws {
    let line = #"""
      ue-decode shapes --count 10 | ue-encode folder s && mv "s/$(ls s | head -n 1)" $'s/\xe9' && touch $'s/\xe9/\xff.txt' \
        && ue-decode folder s -o s.rec && ue-encode folder t s.rec && ls -b t | tail -n 1 && diff <(ls -b s) <(ls -b t)
      """#
    let result = try shell(line)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "\\351\n")
    #expect(result.errorText.contains("\\xe9/\\xff.txt"))
  }

  @Test func oneIsNoPlural() throws {
    #expect(try shell("ue-decode shapes --count 1 -o o.rec").errorText == "ue-decode: 1 record written\n")
    #expect(try shell("ue-encode cifar10 o.rec > o.bin").errorText.hasSuffix("ue-encode: 1 record written\n"))
    #expect(try shell("ue-craft lsp o.rec -o l.rec").errorText.contains("1 of 1 record poisoned"))
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
    "ue-rec info - - < a.rec", "ue-detect - --verdict --held-out < a.rec", "ue-detect - --detail gray - < a.rec",
  ]) func standardInputIsReadOnce(_ line: String) throws {
    let result = try shell(line)
    #expect(result.status == 64 && result.errorText.contains("standard input"), "\(result.errorText)")
  }
}
