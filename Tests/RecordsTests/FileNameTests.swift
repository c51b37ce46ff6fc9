import Foundation
import Records
import TestSupport
import Testing

/// Names of files that are not UTF-8, and what is shown of them.
@Suite struct FileNameTests {
  @Test(
    arguments: [
      [], Array("plain".utf8), Array("größe 日本 😀".utf8), [0x63, 0x61, 0x66, 0xE9], [0xFF, 0x80, 0xC3],
      [0xC3, 0xA9, 0xE9, 0x41],
      // A surrogate, an overlong form, and the scalars that stand for bytes themselves.
      [0xED, 0xB2, 0x80], [0xC0, 0xAF], Array("\u{10FF80}\u{10FFFF}\u{10FF7F}".utf8),
    ] as [[UInt8]]) func everyNameKeepsItsBytes(_ bytes: [UInt8])
  {
    let name = String(fileName: bytes)
    #expect(name.fileNameBytes == bytes)
    #expect(name.withFileName { String(fileName: $0) } == name)
  }

  @Test func namesOfDifferentBytesDiffer() {
    let names =
      (0x80...0xFF).map { String(fileName: [UInt8($0)]) } + (0x80...0xFF).map { String(UnicodeScalar(0x10FF00 | $0)!) }
    #expect(Set(names.map { String(fileName: $0.fileNameBytes) }).count == 128)
    #expect(
      Set((0x80...0xFF).flatMap { [String(fileName: [UInt8($0)]), String(fileName: Array("\u{10FF80}".utf8))] }).count
        == 129)
  }

  @Test func whatIsShownIsOneLineOfLetters() {
    #expect(String(fileName: [0x61, 0xE9, 0x0A, 0x1B]).printable == "a\\xe9\\u{a}\\u{1b}")
    #expect("Größe".printable == "Größe")
  }

  @Test func aFileOfSuchANameIsWrittenAndRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x") + String(fileName: [0xE9, 0xFF])
    let file = try OutputFile.create(path)
    try file.write([1, 2, 3])
    #expect(OutputFile.pendingTemporaries.contains { $0.contains(".x") })
    try file.commit()
    #expect(try InputFile.open(path).read(upTo: 9) == [1, 2, 3])
    #expect(OutputFile.exists(path) && !OutputFile.exists(folder.file("x")))
    let listing = try ProcessRunner.shell("ls -b", directory: folder.path)
    #expect(listing.text == "x\\351\\377\n")
  }
}
