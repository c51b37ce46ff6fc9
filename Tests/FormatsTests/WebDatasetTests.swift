import Locking
import Records
import TestSupport
import Testing

@testable import Formats

/// WebDatasets as others write them, and what is said of what is in them besides.
@Suite struct WebDatasetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A picture of one pixel.
  private static func png(_ level: UInt8) -> [UInt8] {
    (try? PNG.encode(Picture(width: 1, height: 1, channels: 1, pixels: [level]))) ?? []
  }

  /// An archive of files: pictures where numbers stand for contents, text where text does.
  @discardableResult
  private func archive(_ files: [(String, Any)], _ name: String = "a.tar", hasEnd: Bool = true) throws -> [UInt8] {
    let output = try OutputFile.create(folder.file(name))
    let writer = TarWriter(output)
    for (path, content) in files {
      try writer.add(path, (content as? Int).map { Self.png(UInt8($0)) } ?? Array((content as? String ?? "").utf8))
    }
    if hasEnd { try writer.finish() }
    try output.commit()
    return try folder.read(name)
  }

  private func decode(
    _ names: [String] = ["a.tar"], labels: DataSet.WebDatasetLabels = .file, skipsBroken: Bool = false,
    selection: Selection = Selection()
  ) throws -> (Decoded, notes: [String]) {
    let notes = Locked<[String]>([])
    let decoded = try Decoded {
      let options = DataSet.FolderOptions(skipsBroken: skipsBroken) { words in notes.withLock { $0.append(words) } }
      let files = try names.map { try InputFile.open(folder.file($0)) }
      return try DataSet.webDataset(files, labels: labels, options: options, selection: selection)
    }
    return (decoded, notes.withLock { $0 })
  }

  private func levels(_ decoded: Decoded) -> [UInt8] {
    stride(from: 0, to: decoded.images.count, by: 3).map { decoded.images[$0] }
  }

  @Test func strangersAreLeftOut() throws {
    try archive([
      ("._a.png", "x"), ("._a.cls", "x"), ("a.png", 1), ("a.cls", "4"), ("a.npy", "x"), ("__MACOSX/._a.png", "x"),
      ("README", "x"), ("meta.json.gz", "x"), (".hidden/b.png", 2), (".hidden/b.cls", "5"), ("index.txt", "list"),
    ])
    let (decoded, notes) = try decode()
    #expect(decoded.failure == nil && decoded.labels == [4, 5] && decoded.ids == [0, 1])
    #expect(notes.count == 1 && notes[0].hasPrefix("7 files left out, used by no record ("))
    #expect(notes[0].hasSuffix("; the first is ._a.png"), "\(notes)")
  }

  @Test func archivesEndToEndAreOne() throws {
    let first = try archive([("a.png", 1), ("a.cls", "0")])
    let second = try archive([("b.png", 2), ("b.cls", "1")])
    let third = try archive([("c.png", 3), ("c.cls", "1")])
    try folder.write(first + second + [UInt8](repeating: 0, count: 512 * 7) + third, to: "all.tar")
    let (decoded, notes) = try decode(["all.tar"])
    #expect(decoded.labels == [0, 1, 1] && levels(decoded) == [1, 2, 3] && notes.isEmpty && decoded.failure == nil)
    try folder.write(first + second.dropLast(1024 + 200), to: "cut.tar")
    #expect(try decode(["cut.tar"]).0.words().contains("is cut short"))
    try folder.write(first + [UInt8](repeating: 7, count: 512), to: "other.tar")
    let other = try decode(["other.tar"]).0
    #expect(other.words().contains("what follows the end of the archive is no other one"))
  }

  /// Each of them may number its records from the same start.
  @Test func aRecordLiesInOneArchive() throws {
    try archive([("0.png", 1), ("0.cls", "3")])
    try archive([("0.png", 2), ("0.cls", "4")], "b.tar")
    let decoded = try decode(["a.tar", "b.tar"]).0
    #expect(decoded.failure == nil && decoded.labels == [3, 4] && levels(decoded) == [1, 2], "\(decoded.words())")
  }

  @Test func anArchiveWithoutItsMarkIsToldOf() throws {
    try archive([("a.png", 1), ("a.cls", "0"), ("b.png", 2), ("b.cls", "1")], hasEnd: false)
    let (decoded, notes) = try decode()
    #expect(decoded.labels == [0, 1] && decoded.failure == nil)
    #expect(notes.count == 1 && notes[0].contains("the archive ends without its mark"))
    let whole = try folder.read("a.tar")
    for count in [whole.count - 1, whole.count - 512, whole.count - 700] {
      try folder.write(Array(whole[..<count]), to: "cut.tar")
      #expect(try decode(["cut.tar"]).0.words().contains("cut short"), "\(count)")
    }
  }

  @Test func labelsAreNumbersOrNamesOfAFile() throws {
    try archive([("a.png", 1), ("a.txt", " 3\n"), ("b.png", 2), ("b.cls", "5\r\n"), ("b.txt", "a picture of a cat")])
    let (numbers, notes) = try decode()
    #expect(numbers.labels == [3, 5] && numbers.classes == nil)
    #expect(notes == ["1 file left out, used by no record (1 .txt); the first is b.txt"])
    try archive([("a.png", 1), ("a.cls", "dog\n"), ("b.png", 2), ("b.cls", "cat"), ("c.png", 3), ("c.cls", "12")])
    let (named, _) = try decode()
    #expect(named.labels == [2, 1, 0] && named.classes == ["12", "cat", "dog"] && named.ids == [0, 1, 2])
    let (chosen, _) = try decode(selection: Selection(classes: ["dog", "cat"]))
    #expect(chosen.labels == [0, 1] && chosen.classes == ["dog", "cat"] && levels(chosen) == [1, 2])
    #expect(try decode(selection: Selection(classes: ["bird"])).0.words(.usage).contains("no class \"bird\""))
    try archive([("a.png", 1), ("a.cls", "1"), ("b.png", 2), ("b.cls", "cat")])
    #expect(try decode().0.words().contains("the label \"cat\", where the first record's is a number"))
    try archive([("a.png", 1), ("a.cls", "10.0"), ("b.png", 2), ("b.cls", "2.0")])
    #expect(try decode().0.labels == [10, 2])
    for (file, words) in [("a.cls", "two .cls files"), ("a.txt", "two .txt files"), ("a.json", "two .json files")] {
      try archive([("a.png", 1), (file, "1"), (file, "2")])
      #expect(try decode().0.words().contains(words))
    }
    try archive([("a.png", 1), ("a.cls", "-1")])
    #expect(try decode().0.words().contains("the label -1, where a number from 0 up"))
  }

  @Test func labelsAreMembersOfObjects() throws {
    try archive([
      ("a.png", 1), ("a.json", #"{"label": 7, "meta": {"class": "cat"}, "id": 40}"#),
      ("b.png", 2), ("b.json", #"{"label": 2, "meta": {"class": "ant"}, "id": "x"}"#),
    ])
    let (numbers, notes) = try decode(labels: .json(key: "label"))
    #expect(numbers.labels == [7, 2] && numbers.ids == [40, 1])
    #expect(
      notes == [
        "note: 1 of 2 records have an id in .json that is no integer, such as \"x\"; positions were taken for those"
      ])
    let (names, _) = try decode(labels: .json(key: "meta.class"))
    #expect(names.labels == [1, 0] && names.classes == ["ant", "cat"])
    #expect(try decode(labels: .json(key: "none")).0.words().contains("has no \"none\" in its .json (--label-key)"))
    #expect(try decode(labels: .json(key: "meta")).0.words().contains("which is no label"))
    #expect(try decode().0.words().contains("--label-key takes it from a member of its .json"))
  }

  @Test func filesOfARecordStandTogether() throws {
    try archive([("a.png", 1), ("b.png", 2), ("a.cls", "0"), ("b.cls", "1")])
    #expect(try decode().0.words().contains("stand one after the other (tar --sort=name)"))
    try archive([("a.png", 1), ("a.jpg", 2), ("a.cls", "0")])
    #expect(try decode().0.words().contains("has two pictures"))
  }

  @Test func namesThatAreNotUTF8AreTakenAsTheyAre() throws {
    var bytes = try archive([("x.png", 1), ("x.cls", "0"), ("y.png", 2), ("y.cls", "1"), ("z.bin", "")])
    // The same name length keeps the headers' checksums right once they are made anew.
    for start in stride(from: 0, to: bytes.count - 1024, by: 512)
    where [0x78, 0x79, 0x7A].contains(bytes[start]) && bytes[start + 1] == 0x2E {
      bytes[start] += 0x80
      let sum = bytes[start..<start + 512].enumerated().reduce(0) {
        $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
      }
      let digits = String(sum, radix: 8)
      bytes.replaceSubrange(
        start + 148..<start + 154, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8))
    }
    try folder.write(bytes, to: "a.tar")
    let (decoded, notes) = try decode()
    #expect(decoded.failure == nil && decoded.labels == [0, 1] && levels(decoded) == [1, 2])
    #expect(notes.first?.printable.hasSuffix("the first is \\xfa.bin") == true, "\(notes)")
  }

  @Test func brokenPicturesAreSkippedWhereAskedFor() throws {
    try archive([("a.png", "no"), ("a.cls", "0"), ("b.png", 2), ("b.cls", "1")])
    #expect(try decode().0.words().contains("the record \"a\" has a broken picture: neither PNG nor JPEG"))
    let (decoded, notes) = try decode(skipsBroken: true)
    #expect(decoded.labels == [1] && decoded.ids == [1] && notes.last == "1 broken picture skipped")
  }

  /// GNU tar's sparse forms keep a map in front of the contents.
  @Test func sparseFilesAreLeftOut() throws {
    let pax = "22 GNU.sparse.major=1\n28 GNU.sparse.name=real.bin\n"
    var bytes = try archive([("p", pax), ("s.bin", "map"), ("a.png", 1), ("a.cls", "3")])
    bytes[156] = UInt8(ascii: "x")
    let sum = bytes[..<512].enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    bytes.replaceSubrange(148..<154, with: Array(("00" + String(sum, radix: 8)).utf8))
    try folder.write(bytes, to: "a.tar")
    let (decoded, notes) = try decode()
    #expect(decoded.labels == [3] && decoded.failure == nil)
    #expect(notes.contains { $0.contains("1 sparse file left out, the first real.bin") }, "\(notes)")
  }
}
