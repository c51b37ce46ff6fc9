import Records
import TestSupport
import Testing

/// What the manners promise where something goes wrong, shown on `rec`.
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
    let result = try shell("rec \(command) < /dev/null")
    #expect(result.status == 65)
    #expect(result.errorText.hasPrefix("rec: standard input: empty"))
    #expect(result.output.isEmpty)
  }

  @Test func everyTruncationIsNoticed() throws {
    for length in stride(from: 1, to: bytes.count, by: 97) {
      let result = try ProcessRunner.run("rec", ["info"], input: .bytes(Array(bytes.prefix(length))))
      #expect(result.status == 65, "cut to \(length) bytes")
      #expect(result.errorText.hasPrefix("rec: standard input: "))
    }
  }

  @Test func everyFlippedBitIsNoticed() throws {
    for place in stride(from: 3, to: bytes.count, by: 89) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      let result = try ProcessRunner.run("rec", ["info"], input: .bytes(damaged))
      #expect(result.status == 65, "byte \(place)")
      #expect(result.errorText.contains("byte"))
    }
  }

  @Test func recordsBeforeAFaultArePassedOn() throws {
    let result = try shell("(cat a.rec; echo damage) | rec head -n 90 > b.rec")
    #expect(result.status == 65)
    // They lie in the output, but nothing there says that the stream is whole.
    let check = try shell("rec info b.rec")
    #expect(check.status == 65)
    #expect(check.errorText.contains("without an end mark"))
    let reader = RecordReader([try InputFile.open(folder.file("b.rec"))])
    #expect(try reader.next()?.count == 50)
  }

  @Test func aFaultLeavesNoFileUnderTheName() throws {
    #expect(try shell("(cat a.rec; echo damage) | rec head -n 90 -o b.rec").status == 65)
    #expect(try folder.names() == ["a.rec"])
  }

  @Test func infoGoesOnWithTheOtherFiles() throws {
    let result = try shell("rec info none.rec a.rec")
    #expect(result.status == 66)
    #expect(result.errorText == "rec: none.rec: No such file or directory\n")
    #expect(result.text.hasPrefix("a.rec: 50 records"))
  }

  @Test(arguments: [
    ("rec info none.rec", 66), ("rec head .", 66), ("rec head --nonsense", 64), ("rec head -n -1 a.rec", 64),
    ("rec nonsense", 64), ("rec head -o none/b.rec a.rec", 73),
    ("rec info -o none/text < /dev/null", 73), ("rec diff -o none/text a.rec - < /dev/null", 73),
    ("rec head a.rec > /dev/full", 74),
    ("rec head -o /dev/full a.rec", 74), ("rec info a.rec > /dev/full", 74), ("rec --help > /dev/full", 74),
    ("rec info a.rec >&-", 74), ("rec", 64), ("rec info --max-document 100 a.rec", 65),
  ]) func exitCodesSayWhatItWas(_ line: String, _ status: Int32) throws {
    let result = try shell(line)
    #expect(result.status == status)
    #expect(result.output.isEmpty)
    #expect(result.errorText.hasPrefix("rec: ") || result.errorText.hasPrefix("Usage: "))
    #expect(try folder.names() == ["a.rec"])
  }

  @Test func askingForHelpIsNoFault() throws {
    for line in ["rec --help", "rec --version", "rec head --help", "rec help head"] {
      let result = try shell(line)
      #expect(result.status == 0)
      #expect(result.errorText.isEmpty)
      #expect(!result.output.isEmpty)
    }
    #expect(try shell("rec --version").text.hasPrefix("rec (ue-tools) "))
  }

  @Test func aReaderThatGoesAwayEndsTheToolQuietly() throws {
    try SampleStream.write(SampleStream.batch(9000, side: 32), to: "large.rec", in: folder)
    let result = try shell("rec head -n 9000 large.rec | head -c 10 > /dev/null; echo ${PIPESTATUS[0]}")
    #expect(result.text == "141\n")
    #expect(result.errorText.isEmpty)
  }

  @Test func aReaderThatIsGoneIsNoticedEvenWhereSignalsAreIgnored() throws {
    let result = try shell("trap '' PIPE; (sleep 0.2; rec info a.rec; echo $? >&2) | true")
    #expect(result.errorText == "141\n")
  }
}
