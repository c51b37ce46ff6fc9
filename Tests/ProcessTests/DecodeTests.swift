import Formats
import Foundation
import Records
import TestSupport
import Testing

/// `ue-decode` as a shell runs it.
@Suite struct DecodeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func cifar(_ labels: [UInt8]) -> [UInt8] {
    labels.flatMap { label in [label] + (0..<3072).map { UInt8(($0 * 7 + Int(label)) & 255) } }
  }

  /// The records of a stream; what ends it early, such as a missing mark, is thrown after `inspect` saw those before.
  private func read(_ stream: [UInt8], _ inspect: (ImageBatch) throws -> Void) throws {
    let reader = RecordReader([try InputFile.open(folder.write(stream, to: "stream.rec"))])
    while let batch = try reader.next() { try inspect(batch) }
  }

  private func decode(_ arguments: String..., input: [UInt8] = []) throws -> ProcessResult {
    try ProcessRunner.run("ue-decode", arguments, input: .bytes(input))
  }

  @Test func standardInputBecomesAStream() throws {
    let result = try decode("cifar10", "--classes", "cat,bird", input: cifar([3, 2, 9, 3]))
    #expect(result.status == 0)
    #expect(result.errorText == "ue-decode: 3 records written\n")
    var labels: [Int] = []
    try read(result.output) { batch in
      labels += try #require(batch.labels)
      #expect(batch.ids == [0, 1, 3])
      #expect(batch.classes == ["cat", "bird"])
      #expect(batch.history.map(\.command) == ["ue-decode cifar10 --classes cat,bird"])
      #expect(batch.image?.shape == [3, 3, 32, 32])
      #expect(batch.image?.bytes.starts(with: cifar([3]).dropFirst()) == true)
    }
    #expect(labels == [0, 1, 0])
  }

  @Test func filesPipesAndDashesGiveTheSameRecords() throws {
    let path = try folder.write(cifar([1, 2, 3]), to: "a.bin")
    let streams = try [
      decode("cifar10", path), decode("cifar10", "-", input: cifar([1, 2, 3])),
      ProcessRunner.shell("cat a.bin | ue-decode cifar10", directory: folder.path),
    ]
    for stream in streams {
      #expect(stream.status == 0)
      try read(stream.output) { batch in
        #expect(batch.labels == [1, 2, 3])
        #expect(batch.image?.bytes.count == 3 * 3072)
      }
    }
  }

  @Test func aFaultPassesTheGoodRecordsOnWithoutAMark() throws {
    let result = try decode("cifar10", input: cifar([1, 2]) + [5])
    #expect(result.status == 65)
    #expect(result.errorText.hasPrefix("ue-decode: standard input: 1 bytes follow record number 2"))
    var ids: [Int] = []
    #expect(throws: Failure.self) { try read(result.output) { ids += $0.ids ?? [] } }
    #expect(ids == [0, 1])
  }

  @Test func aFaultLeavesNoFile() throws {
    let output = folder.file("out.rec")
    let result = try decode("cifar10", "-o", output, input: cifar([77]))
    #expect(result.status == 65)
    #expect(try folder.names() == [])
    #expect(try decode("cifar10", "-o", output, input: cifar([7])).status == 0)
    #expect(try folder.names() == ["out.rec"])
  }

  @Test func exitCodesTellWhoCanMendIt() throws {
    #expect(try decode("cifar10", input: []).status == 65)
    #expect(try decode("cifar10", folder.file("gone.bin")).status == 66)
    #expect(try decode("cifar10", folder.path).status == 66)
    #expect(try decode("folder", folder.file("gone")).status == 66)
    #expect(try decode("cifar10", "--classes", "unicorn", input: cifar([1])).status == 64)
    #expect(try decode("cifar10", "--classes", "cat,,dog", input: cifar([1])).status == 64)
    #expect(try decode("cifar10", "--limit=-1", input: cifar([1])).status == 64)
    #expect(try decode("cifar10", "-", "-", input: cifar([1])).status == 64)
    #expect(try decode("idx", folder.file("one")).status == 66)
    #expect(try decode("idx", "-", input: [0, 0, 8, 1]).status == 64)
    #expect(try decode("npy", "--images", "x.npy").status == 64)
    #expect(try decode("shapes", "--count=-5").status == 64)
    #expect(try decode("folder", folder.path, "--size", "0").status == 64)
    #expect(try decode("cifar10", "-o", folder.file("no/such/folder"), input: cifar([1])).status == 73)
    #expect(try ProcessRunner.shell("ue-decode shapes > /dev/full").status == 74)
  }

  @Test func aClosedPipeEndsItQuietly() throws {
    let result = try ProcessRunner.shell("ue-decode shapes --count 20000 | head -c 1; echo ${PIPESTATUS[0]} >&2")
    #expect(result.errorText == "141\n")
  }

  /// What was downloaded is often not yet what is read.
  @Test(arguments: [
    (
      "cp data data_batch_1.bin; tar czf x data_batch_1.bin",
      "a tar archive; take the files out on the way: tar xzOf x --wildcards '*.bin' | ue-decode cifar10"
    ),
    (
      "printf 'PK\\x03\\x04' | cat - data > x",
      "a zip archive; take the files out on the way: unzip -p x '*.bin' | ue-decode cifar10"
    ),
    ("printf '\\x80\\x02}q' | cat - data > x", "a Python pickle; this is the Python version; take the binary version"),
    ("printf '<!DOCTYPE html>' | cat - data > x", "a web page: the download gave an error or a page to click through"),
  ]) func aFileOfAnotherKindIsNamed(_ make: String, _ words: String) throws {
    try folder.write(cifar([1, 2]), to: "data")
    let result = try ProcessRunner.shell("\(make) && ue-decode cifar10 x -o y", directory: folder.path)
    #expect(result.status == 65 && result.errorText.contains("x: \(words)"), "\(result.errorText)")
  }

  @Test func nothingSelectedIsAStreamOfNoRecordsAndANote() throws {
    let result = try decode("cifar10", "--offset", "5", input: cifar([1, 2]))
    #expect(result.status == 0)
    #expect(result.errorText.contains("no record was selected"))
    var batches = 0
    try read(result.output) { batch in
      #expect(batch.image?.shape == [0, 3, 32, 32])
      batches += 1
    }
    #expect(batches == 1)
  }

  @Test(arguments: ["--limit=0", "--offset=9"]) func nothingSelectedOfAFolderNeedsNoSize(_ option: String) throws {
    let picture = Picture(width: 3, height: 2, channels: 3, pixels: [UInt8](repeating: 9, count: 18))
    try FileManager.default.createDirectory(atPath: folder.file("set/cat"), withIntermediateDirectories: true)
    try folder.write(PNG.encode(picture), to: "set/cat/1.png")
    let result = try decode("folder", folder.file("set"), option)
    #expect(result.status == 0)
    #expect(result.errorText == "ue-decode: note: no record was selected; the stream has none\n")
    var counts: [Int] = []
    try read(result.output) { counts.append($0.count) }
    #expect(counts == [0])
    let poisoned = try ProcessRunner.run("ue-craft", ["lsp", "--quiet"], input: .bytes(result.output))
    #expect(poisoned.status == 0)
  }

  @Test func threadsDoNotChangeABit() throws {
    let one = try decode("shapes", "--count", "300", "--seed", "9", "--threads", "1")
    let three = try decode("shapes", "--count", "300", "--seed", "9", "--threads", "3")
    #expect(one.status == 0)
    #expect(one.output == three.output)
    #expect(try decode("shapes", "--count", "300", "--seed", "8").output != one.output)
  }

  @Test func brokenPicturesStopItOrAreSkippedAloud() throws {
    let picture = Picture(width: 3, height: 2, channels: 3, pixels: [UInt8](repeating: 9, count: 18))
    try FileManager.default.createDirectory(atPath: folder.file("set/cat"), withIntermediateDirectories: true)
    try folder.write([1, 2, 3], to: "set/cat/1.png")
    try folder.write(PNG.encode(picture), to: "set/cat/2.png")
    let strict = try decode("folder", folder.file("set"), "--size", "2")
    #expect(strict.status == 65)
    #expect(strict.errorText.contains("set/cat/1.png: neither PNG nor JPEG"))
    let tolerant = try decode("folder", folder.file("set"), "--size", "2", "--skip-broken")
    #expect(tolerant.status == 0)
    #expect(tolerant.errorText.contains("skipped: \(folder.file("set/cat/1.png"))"))
    #expect(tolerant.errorText.contains("ue-decode: 1 broken picture skipped\n"))
    let quiet = try decode("folder", folder.file("set"), "--size", "2", "--skip-broken", "--quiet")
    #expect(quiet.status == 0 && quiet.output == tolerant.output && quiet.errorText == "")
    try read(tolerant.output) { #expect($0.ids == [1]) }
  }

  /// Arrays as NumPy itself writes them, where it is installed.
  @Test(.enabled(if: (try? ProcessRunner.shell("python3 -c 'import numpy'"))?.status == 0))
  func arraysThatNumPyWrote() throws {
    let script = """
      import numpy as n
      x = n.arange(2 * 4 * 5 * 3, dtype=n.uint8).reshape(2, 4, 5, 3)
      n.save("bytes.npy", x); n.save("floats.npy", x / 255.0); n.save("labels.npy", n.array([1, 0]))
      x.transpose(0, 3, 1, 2).tofile("planes")
      """
    let line =
      "python3 -c '\(script)' && ue-decode npy --images bytes.npy --labels labels.npy > bytes.rec"
      + " && ue-decode npy --images floats.npy --labels labels.npy > floats.rec"
    let result = try ProcessRunner.shell(line, directory: folder.path)
    #expect(result.status == 0)
    #expect(result.errorText == "ue-decode: 2 records written\nue-decode: 2 records written\n")
    let planes = try folder.read("planes")
    try read(folder.read("bytes.rec")) { batch in
      #expect(batch.image?.shape == [2, 3, 4, 5])
      #expect(batch.image?.bytes == planes)
      #expect(batch.labels == [1, 0])
    }
    try read(folder.read("floats.rec")) { batch in
      #expect(batch.image?.floats == planes.map { Float(Double($0) / 255) })
    }
  }

  @Test func everyOptionStandsInTheManualPage() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("Sources/ue-decode/ue-decode.1"), encoding: .utf8)
    for form in ["cifar10", "cifar100", "idx", "npy", "folder", "shapes"] {
      let help = try decode(form, "--help")
      #expect(help.status == 0)
      #expect(page.contains(".It Cm \(form)\n"))
      let options = help.text.matches(of: /--([a-z-]+)/).map { String($0.1) }
      #expect(options.count > 5)
      for option in options { #expect(page.contains("Fl -\(option)"), "--\(option) of \(form)") }
    }
  }
}
