import Records
import TestSupport
import Testing

/// What the manners promise where something goes wrong, shown on `ue-rec`.
@Suite struct FaultTests {
  private let folder: TemporaryFolder
  private let bytes: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    try SampleStream.write(SampleStream.batch(50), to: "a.rec", in: folder)
    bytes = try folder.read("a.rec")
  }

  private func shell(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell(line, directory: folder.path)
  }

  @Test(arguments: ["info", "head"]) func anEmptyInputIsNoStream(_ command: String) throws {
    let result = try shell("ue-rec \(command) < /dev/null")
    #expect(result.status == 65)
    #expect(result.errorText.hasPrefix("ue-rec: standard input: empty"))
    #expect(result.output.isEmpty)
  }

  @Test func everyTruncationIsNoticed() throws {
    for length in stride(from: 1, to: bytes.count, by: 97) {
      let result = try ProcessRunner.run("ue-rec", ["info"], input: .bytes(Array(bytes.prefix(length))))
      #expect(result.status == 65, "cut to \(length) bytes")
      #expect(result.errorText.hasPrefix("ue-rec: standard input: "))
    }
  }

  @Test func everyFlippedBitIsNoticed() throws {
    for place in stride(from: 3, to: bytes.count, by: 89) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      let result = try ProcessRunner.run("ue-rec", ["info"], input: .bytes(damaged))
      #expect(result.status == 65, "byte \(place)")
      #expect(result.errorText.contains("byte"))
    }
  }

  @Test func recordsBeforeAFaultArePassedOn() throws {
    let result = try shell("(cat a.rec; echo damage) | ue-rec head -n 90 > b.rec")
    #expect(result.status == 65)
    // They lie in the output, but nothing there says that the stream is whole.
    let check = try shell("ue-rec info b.rec")
    #expect(check.status == 65)
    #expect(check.errorText.contains("without an end mark"))
    let reader = RecordReader([try InputFile.open(folder.file("b.rec"))])
    #expect(try reader.next()?.count == 50)
  }

  @Test func aFaultLeavesNoFileUnderTheName() throws {
    #expect(try shell("(cat a.rec; echo damage) | ue-rec head -n 90 -o b.rec").status == 65)
    #expect(try folder.names() == ["a.rec"])
  }

  @Test func infoGoesOnWithTheOtherFiles() throws {
    let result = try shell("ue-rec info none.rec a.rec")
    #expect(result.status == 66)
    #expect(result.errorText == "ue-rec: none.rec: No such file or directory\n")
    #expect(result.text.hasPrefix("a.rec: 50 records"))
  }

  @Test(arguments: [
    ("ue-rec info none.rec", 66), ("ue-rec head .", 66), ("ue-rec head --nonsense", 64),
    ("ue-rec head -n -1 a.rec", 64), ("ue-rec nonsense", 64), ("ue-rec head -o none/b.rec a.rec", 73),
    ("ue-rec info -o none/text < /dev/null", 73), ("ue-rec diff -o none/text a.rec - < /dev/null", 73),
    ("ue-rec head a.rec > /dev/full", 74),
    ("ue-rec head -o /dev/full a.rec", 74), ("ue-rec info a.rec > /dev/full", 74), ("ue-rec --help > /dev/full", 74),
    ("ue-rec info a.rec >&-", 74), ("ue-rec", 64), ("ue-rec info --max-document 100 a.rec", 65),
  ]) func exitCodesSayWhatItWas(_ line: String, _ status: Int32) throws {
    let result = try shell(line)
    #expect(result.status == status)
    #expect(result.output.isEmpty)
    #expect(result.errorText.hasPrefix("ue-rec: ") || result.errorText.hasPrefix("Usage: "))
    #expect(try folder.names() == ["a.rec"])
  }

  @Test func askingForHelpIsNoFault() throws {
    for line in ["ue-rec --help", "ue-rec --version", "ue-rec head --help", "ue-rec help head"] {
      let result = try shell(line)
      #expect(result.status == 0)
      #expect(result.errorText.isEmpty)
      #expect(!result.output.isEmpty)
    }
    #expect(try shell("ue-rec --version").text.hasPrefix("ue-rec (ue-tools) "))
  }

  @Test func aReaderThatGoesAwayEndsTheToolQuietly() throws {
    try SampleStream.write(SampleStream.batch(9000, side: 32), to: "large.rec", in: folder)
    let result = try shell("ue-rec head -n 9000 large.rec | head -c 10 > /dev/null; echo ${PIPESTATUS[0]}")
    #expect(result.text == "141\n")
    #expect(result.errorText.isEmpty)
  }

  @Test func aReaderThatIsGoneIsNoticedEvenWhereSignalsAreIgnored() throws {
    let result = try shell("trap '' PIPE; (sleep 0.2; ue-rec info a.rec; echo $? >&2) | true")
    #expect(result.errorText == "141\n")
  }
}
