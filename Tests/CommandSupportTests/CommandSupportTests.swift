import ArgumentParser
import Records
import Testing

@testable import CommandSupport

@Suite struct ByteCountTests {
  @Test(arguments: [
    ("0", 0), ("4096", 4096), ("64K", 65536), ("512MiB", 512 << 20), ("2g", 2 << 30), ("7B", 7),
  ]) func readsSizes(_ words: String, _ bytes: Int) {
    #expect(ByteCount(argument: words)?.bytes == bytes)
  }

  @Test(arguments: ["", "M", "-1", "1.5G", "4X", "12 K", "99999999999G", "٣"]) func refusesOtherWords(_ words: String) {
    #expect(ByteCount(argument: words) == nil)
  }

  @Test func describesItselfInTheLargestUnit() {
    #expect([0, 1000, 2048, 4 << 30].map { ByteCount($0).description } == ["0", "1000", "2KiB", "4GiB"])
  }
}

@Suite struct NameListTests {
  @Test func namesStandBetweenCommas() throws {
    #expect(NameList(argument: "label,a b").names == ["label", "a b"])
    #expect(NameList(argument: "label").names == ["label"])
    try NameList(argument: "label").check("--columns")
  }

  @Test(arguments: ["", ",", "a,", ",a", "a,,b"]) func emptyNamesAreRefused(_ words: String) {
    let error = #expect(throws: ValidationError.self) { try NameList(argument: words).check("--columns") }
    #expect(error?.message == "--columns: a name between two commas is empty.")
  }
}

@Suite struct AllowedProcessorsTests {
  @Test(
    arguments: [
      ("Name:\tx\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2), ("Cpus_allowed:\tff,00000001", 9),
      ("Cpus_allowed:\t0", nil), ("Name:\tx\n", nil), ("", nil),
    ] as [(String, Int?)]) func countsTheBitsOfTheMask(_ status: String, _ count: Int?)
  {
    #expect(AllowedProcessors.count(inStatus: status) == count)
  }
}

@Suite struct ProvenanceTests {
  @Test(arguments: [
    ("a-b_c.1/x", "a-b_c.1/x"), ("", "''"), ("two words", "'two words'"), ("it's", #"'it'\''s'"#), ("$HOME", "'$HOME'"),
    ("é", "'é'"),
  ]) func quotesForAShell(_ word: String, _ quoted: String) {
    #expect(Provenance.quoted(word) == quoted)
  }

  /// A command with options of its own beside those of groups.
  struct Command: ParsableCommand, PassingOptions {
    static let passing: [PassingOption] = [.value("--note")]

    @Option var note: String?
    @Option var kld: Float?
    @Option(name: .shortAndLong) var number: Int?
    @OptionGroup var telling: QuietOption
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var operands: ModelOperand
  }

  private static let passing = PassingOption.all(of: Command.self)

  @Test func groupsSayWhichOptionsChangeNothing() throws {
    #expect(
      Self.passing == [
        "--note": true, "-q": false, "--quiet": false, "--threads": true, "-o": true, "--output": true,
        "--force": false, "--level": true, "--max-document": true,
      ])
    #expect(PassingOption.all(of: ReportOptions.self) == ["--json": false, "-o": true, "--output": true])
    // None of the names is one that the parser does not know.
    let help = Command.helpMessage()
    for name in Self.passing.keys { #expect(help.contains(name), "\(name)") }
  }

  @Test func leavesOutWhatDoesNotChangeTheResult() {
    let typed = [
      "m1", "--threads", "2", "--kld", "1", "-o", "out", "--quiet", "--output=x", "--note=y", "--force", "--seed", "7",
      "--threads=4", "--level", "3", "--max-document", "1G", "--", "--threads", "-o",
    ]
    #expect(
      Provenance.lasting(typed, passing: Self.passing) == ["m1", "--kld", "1", "--seed", "7", "--", "--threads", "-o"])
  }

  @Test(arguments: [
    (["a", "-qo", "out", "b"], ["a", "b"]), (["-oq", "out", "b"], ["b"]), (["-qq", "b"], ["b"]),
    (["-o=out", "b"], ["b"]), (["-qn", "3"], ["-qn", "3"]), (["-", "-1", "-=x"], ["-", "-1", "-=x"]),
    (["-q", "-qo"], []),
  ]) func leavesOutLettersThatStandTogether(_ typed: [String], _ lasting: [String]) {
    #expect(Provenance.lasting(typed, passing: Self.passing) == lasting)
  }

  @Test func namesModelsOnlyWhereThereAreSome() {
    #expect(Provenance.entry().models == nil)
    #expect(Provenance.entry(models: ["sha256:1"]).models == ["sha256:1"])
    #expect(Provenance.entry().version == Provenance.version)
  }
}

@Suite struct ExitCodeTests {
  @Test func followSysexits() {
    let kinds: [Failure.Kind] = [.usage, .data, .missingInput, .software, .cannotCreate, .cannotWrite]
    #expect(kinds.map(\.exitCode) == [64, 65, 66, 70, 73, 74])
  }
}

@Suite struct OptionTests {
  struct Everything: ParsableCommand {
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var input: InputOptions
  }

  @Test func haveDefaults() throws {
    let options = try Everything.parse([])
    #expect(options.compute.seed == 0)
    #expect(options.compute.threading.threads == nil)
    #expect(options.output.binary.destination.output == nil)
    #expect(options.input.limits == StreamLimits())
  }

  @Test func readNumbersInFull() throws {
    let options = try Everything.parse([
      "--seed", "18446744073709551615", "--threads", "3", "--max-document", "1M", "a",
    ])
    #expect(options.compute.seed == .max)
    #expect(options.compute.threading.threads == 3)
    #expect(options.input.limits.documentBytes == 1 << 20)
    #expect(options.input.files == ["a"])
  }

  @Test(arguments: [
    ["--seed", "-1"], ["--seed", "x"], ["--threads", "0"], ["--threads", "1.5"], ["--level", "0"], ["--level", "23"],
    ["--max-document", "much"],
  ]) func refuseInvalidValuesWithTheirNames(_ arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try Everything.parse(arguments) }
    guard let error else { return }
    #expect(Everything.exitCode(for: error).rawValue == 64)
    #expect(Everything.message(for: error).contains(arguments[0]))
  }
}
