import Locking
import Records
import TestSupport
import Testing

@testable import Formats

/// Pictures that lie in one folder side by side, numbered by their names.
@Suite struct FlatFolderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, level) in [("img_2.png", 2), ("img_10.png", 10), ("img_0.png", 0)] { try place(name, UInt8(level)) }
  }

  private func place(_ name: String, _ level: UInt8) throws {
    try folder.place(PNG.encode(Picture(width: 1, height: 1, channels: 1, pixels: [level])), "set/\(name)")
  }

  private func decode(_ labels: String? = nil, _ selection: Selection = Selection()) throws -> (
    Decoded, notes: [String]
  ) {
    let notes = Locked<[String]>([])
    let decoded = try Decoded {
      try DataSet.flatFolder(
        folder.file("set/"), labels: labels.map { try InputFile.open(folder.file($0)) },
        options: DataSet.FolderOptions { words in notes.withLock { $0.append(words) } }, selection: selection)
    }
    return (decoded, notes.withLock { $0 })
  }

  private func label(_ text: String) throws { try folder.write(Array(text.utf8), to: "labels") }

  private func npy(_ type: String, _ shape: String, _ bytes: [UInt8]) throws {
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    try folder.write([0x93] + Array("NUMPY".utf8) + [1, 0] + [UInt8(header.count), 0] + header + bytes, to: "labels")
  }

  @Test func numbersInNamesAreIds() throws {
    let (decoded, notes) = try decode()
    #expect(decoded.failure == nil && decoded.ids == [0, 2, 10] && decoded.labels.isEmpty && decoded.classes == nil)
    #expect(decoded.images == [0, 2, 10].flatMap { [$0, $0, $0] } && notes.isEmpty)
    #expect(try decode(nil, Selection(offset: 1, limit: 1)).0.ids == [2])
    #expect(try decode(nil, Selection(classes: ["1"])).0.words(.usage).contains("give their labels with --labels"))
  }

  @Test func whatHasNoNumberOrTheSameIsAnError() throws {
    try place("class3_v00010.png", 1)
    #expect(try decode().0.words().contains("has the number 10 like"))
    try place("cover.png", 1)
    #expect(try decode().0.words().contains("has none") || decode().0.words().contains("this one has none"))
  }

  @Test func otherFilesAndFoldersAreToldOf() throws {
    try folder.place([1], "set/notes.txt")
    try folder.place([1], "set/more/1.png")
    let (_, notes) = try decode()
    #expect(
      notes == [
        "1 file left out, no picture by the ending of its name (1 .txt); the first is \(folder.file("set/notes.txt"))",
        "1 folder not looked into; the first is \(folder.file("set/more"))",
      ])
    let above = try Decoded { try DataSet.flatFolder(folder.path, labels: nil, options: .init(report: { _ in })) }
    #expect(above.words().contains("there is no picture in it; the folder set lies in it"))
  }

  @Test func anArrayGivesLabelsById() throws {
    try npy("|u1", "(11,)", [5, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9])
    let (decoded, notes) = try decode("labels")
    #expect(
      decoded.labels == [5, 7, 9] && notes == ["8 labels of \(folder.file("labels")) left out, of no picture here"])
    #expect(try decode("labels", Selection(classes: ["9", "5"])).0.labels == [1, 0])
    try npy("|u1", "(10,)", [5, 0, 7, 0, 0, 0, 0, 0, 0, 0])
    #expect(try decode("labels").0.words().contains("has no label for the id 10"))
    try npy("|i1", "(1,)", [0xFF])
    #expect(try decode("labels").0.words().contains("record 0: a label must be from 0 up"))
    try npy("|u1", "(11,)", [5, 0, 7])
    #expect(try decode("labels").0.words().contains("ends at byte"))
    try npy("|u1", "(2, 2)", [1, 2, 3, 4])
    #expect(try decode("labels").0.words().contains("is not one label a picture"))
  }

  @Test func linesGiveLabelsByName() throws {
    try label("name,label\r\nimg_0.png,3\r\n img_2 , 1\r\nsome/img_10.png,0\r\n\r\n")
    let (decoded, notes) = try decode("labels")
    #expect(decoded.labels == [3, 1, 0] && decoded.classes == nil && notes.isEmpty)
    try label("img_0,dog\nimg_2,\"cat\"\nimg_10,dog\nimg_11,ant")
    let (named, more) = try decode("labels")
    #expect(named.labels == [2, 1, 2] && named.classes == ["ant", "cat", "dog"])
    #expect(more == ["1 label of \(folder.file("labels")) left out, of no picture here"])
    // Titles of any words, and what pandas makes of numbers of which one was missing once.
    try label("id_code,diagnosis\nimg_0,2.0\nimg_2,10.0\nimg_10,0.00")
    let (titled, none) = try decode("labels")
    #expect(titled.labels == [2, 10, 0] && titled.classes == nil && none.isEmpty)
    try label("img_0,2.5\nimg_2,1.0\nimg_10,1.")
    #expect(try decode("labels").0.classes == ["1.", "1.0", "2.5"])
    try label("img_0,1\nimg_2,1")
    #expect(try decode("labels").0.words().contains("has no label for \"img_10.png\""))
    for (text, words) in [
      ("img_0,1\nimg_0,2", "line 2: \"img_0\" has a label already"), ("a\u{1B};1", "line 1: expected \"name,label\""),
      ("a,b,c", "line 1"), ("a,", "line 1"), ("img_0,-1", "has a label below 0"), ("", "the file is empty"),
    ] {
      try label(text)
      #expect(try decode("labels").0.words().contains(words), "\(text)")
    }
  }

  @Test func aStreamGivesLabelsById() throws {
    func write(_ ids: [Int], _ labels: [Int]) throws {
      let output = try OutputFile.create(folder.file("labels"))
      let writer = RecordWriter(output)
      try writer.write(
        ImageBatch(
          columns: ["id": Column(ids, shape: [ids.count]), "label": Column(labels, shape: [ids.count])],
          classes: ["x", "y"]))
      try writer.close()
    }
    try write([10, 0, 2, 3], [1, 0, 1, 0])
    let (decoded, _) = try decode("labels")
    #expect(decoded.labels == [0, 1, 1] && decoded.classes == ["x", "y"])
    try write([10, 10], [1, 0])
    #expect(try decode("labels").0.words().contains("the id 10 occurs a second time"))
  }
}
