import Foundation
import Locking
import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct FolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A picture of one colour, or of one grey.
  private func png(_ width: Int, _ height: Int, _ color: [UInt8]) throws -> [UInt8] {
    let pixels = (0..<width * height).flatMap { _ in color }
    return try PNG.encode(Picture(width: width, height: height, channels: color.count, pixels: pixels))
  }

  private func plane(_ color: [UInt8], _ area: Int) -> [UInt8] {
    color.flatMap { [UInt8](repeating: $0, count: area) }
  }

  private func decode(
    size: Int? = nil, skipsBroken: Bool = false, countsAsImageFolder: Bool = false, _ selection: Selection = Selection()
  ) throws -> (Decoded, reports: [String]) {
    let reports = Locked<[String]>([])
    let decoded = try Decoded {
      let options = DataSet.FolderOptions(
        size: size, skipsBroken: skipsBroken, countsAsImageFolder: countsAsImageFolder
      ) { words in
        reports.withLock { $0.append(words) }
      }
      return try DataSet.folder(folder.path, options: options, selection: selection)
    }
    return (decoded, reports.withLock { $0 })
  }

  @Test func classesAndFilesAreSortedByBytes() throws {
    try folder.place(png(2, 2, [1, 1, 1]), "b/10.png")
    try folder.place(png(2, 2, [2, 2, 2]), "b/9.png")
    try folder.place(png(2, 2, [3, 3, 3]), "Z/x.PNG")
    try folder.place(png(2, 2, [4, 4, 4]), "ä/deep/er/y.png")
    try folder.place(png(2, 2, [5, 5, 5]), "b/.hidden.png")
    let (decoded, reports) = try decode()
    #expect(decoded.failure == nil)
    #expect(decoded.classes == ["Z", "b", "ä"])
    #expect(decoded.labels == [0, 1, 1, 2])
    #expect(decoded.ids == [0, 1, 2, 3])
    #expect(decoded.shape == [3, 2, 2])
    #expect(decoded.images == [3, 1, 2, 4].flatMap { [UInt8](repeating: $0, count: 12) })
    #expect(reports.isEmpty)
  }

  @Test func formatsAreToldByTheirBytesAndGreyHasThreeEqualChannels() throws {
    try folder.place(JPEG.encode(Picture(width: 8, height: 8, channels: 1, pixels: plane([77], 64))), "a/1.png")
    try folder.place(png(8, 8, [9, 8, 7]), "a/2.jpeg")
    try folder.place(png(8, 8, [200]), "a/3.jpg")
    let (decoded, _) = try decode()
    #expect(decoded.images == plane([77, 77, 77, 9, 8, 7, 200, 200, 200], 64))
  }

  @Test func sizesAreMixedWithSizeOnly() throws {
    try folder.place(png(5, 7, [10, 20, 30]), "a/1.png")
    try folder.place(png(9, 4, [40, 50, 60]), "b/2.png")
    let (scaled, _) = try decode(size: 3)
    #expect(scaled.shape == [3, 3, 3])
    #expect(scaled.images == plane([10, 20, 30, 40, 50, 60], 9))
    let (plain, _) = try decode()
    #expect(plain.ids == [0])
    #expect(plain.shape == [3, 7, 5])
    #expect(plain.words().contains("b/2.png: 9×4 pixels, but the pictures before it have 5×7"))
    #expect(plain.words().contains("--size"))
  }

  @Test func everyNumberOfThreadsGivesTheSame() throws {
    for number in 0..<60 {
      let pixels = patternless(12 * 10 * 3, seed: UInt32(number))
      let picture = Picture(width: 12, height: 10, channels: 3, pixels: pixels)
      try folder.place(number % 2 == 0 ? PNG.encode(picture) : JPEG.encode(picture), "\(number % 3)/\(number).png")
    }
    let (one, _) = try withThreads(1) { try decode(size: 8) }
    let (seven, _) = try withThreads(7) { try decode(size: 8) }
    #expect(one.count == 60)
    #expect(one.images == seven.images && one.labels == seven.labels && one.ids == seven.ids)
  }

  @Test func aBrokenFileIsNamedAfterTheGoodOnes() throws {
    try folder.place(png(2, 2, [1, 2, 3]), "a/1.png")
    try folder.place(png(2, 2, [1, 2, 3]).dropLast(20), "a/2.png")
    try folder.place([], "a/3.png")
    let (decoded, _) = try decode(size: 2)
    #expect(decoded.ids == [0])
    #expect(decoded.words().contains("a/2.png: damaged PNG"))
  }

  @Test func brokenFilesAreSkippedNamedAndCounted() throws {
    try folder.place(Array("GIF89a".utf8), "a/1.png")
    try folder.place(png(2, 2, [1, 2, 3]), "a/2.png")
    try folder.place(png(2, 2, [1, 2, 3]).dropLast(20), "a/3.png")
    try folder.place(png(2, 2, [4, 5, 6]), "b/4.png")
    try FileManager.default.createSymbolicLink(atPath: folder.file("b/5.png"), withDestinationPath: "nowhere")
    let (decoded, reports) = try decode(size: 2, skipsBroken: true)
    #expect(decoded.failure == nil)
    #expect(decoded.ids == [1, 3])
    #expect(decoded.labels == [0, 1])
    #expect(reports.count == 4)
    #expect(reports[0].contains("a/1.png: damaged GIF"))
    #expect(reports[2].contains("b/5.png"))
    #expect(reports[3] == "3 broken pictures skipped")
    let (limited, _) = try decode(size: 2, skipsBroken: true, Selection(limit: 2))
    #expect(limited.ids == [1, 3])
    let (strict, _) = try decode(size: 2, Selection(offset: 4))
    #expect(strict.words(.missingInput).contains("b/5.png"))
  }

  @Test func aFolderOfBrokenPicturesIsAnError() throws {
    try folder.place([1, 2, 3], "a/1.png")
    let (decoded, _) = try decode(skipsBroken: true)
    #expect(decoded.words().contains("none of the 1 picture tried can be read"))
  }

  @Test func emptyClassesKeepTheirNumbersAndStrangersAreCounted() throws {
    try folder.place([1], "a/notes.txt")
    try folder.place(png(1, 1, [1, 2, 3]), "b/1.png")
    try folder.place([1], "list.csv")
    let (decoded, reports) = try decode()
    #expect(decoded.classes == ["a", "b"])
    #expect(decoded.labels == [1])
    #expect(reports.count == 2)
    #expect(
      reports[0]
        == "2 files left out, no picture by the ending of its name (1 .csv, 1 .txt); the first is \(folder.file("list.csv"))"
    )
    #expect(reports[1] == "no picture in class a")
  }

  @Test func foldersWithoutClassesOrPicturesAreErrors() throws {
    #expect(try decode().0.words().contains("holds no class folder"))
    try folder.place([1], "1.png")
    #expect(try decode().0.words().contains("CLASS/NAME.png"))
    try folder.place([1], "a/readme")
    #expect(try decode().0.words().contains("no picture"))
    let missing = try Decoded { try DataSet.folder(folder.file("gone"), options: .init(report: { _ in })) }
    #expect(missing.words(.missingInput).contains("gone"))
    let file = try Decoded { try DataSet.folder(folder.file("1.png"), options: .init(report: { _ in })) }
    #expect(file.words(.missingInput).contains("1.png"))
  }

  @Test func aSlashAtTheEndIsNotDoubled() throws {
    try folder.place([1, 2, 3], "a/1.png")
    let decoded = try Decoded { try DataSet.folder(folder.path + "/", options: .init(report: { _ in })) }
    #expect(decoded.words().hasPrefix("\(folder.file("a/1.png")): "))
  }

  @Test func namesThatSteerATerminalAreWrittenOut() throws {
    try folder.place([1, 2, 3], "a/\u{1B}[31m.png")
    let words = try decode().0.words()
    #expect(words.printable.contains("a/\\u{1b}[31m.png: neither PNG nor JPEG"))
  }

  @Test func foldersWithinAClassAreOrderedAsPaths() throws {
    for (level, name) in ["b/a-1.png", "b/a.png", "b/a/z.png", "b/a0.png", "b/a1/deep/x.png"].enumerated() {
      try folder.place(png(1, 1, [UInt8(level)]), name)
    }
    try folder.place(png(1, 1, [9]), "a/x.png")
    #expect(try decode().0.images == [9, 0, 1, 2, 3, 4].flatMap { [$0, $0, $0] })
  }

  /// Ids agree with torchvision's, which counts by endings and lists a folder's own files before those of the folders within.
  @Test func idsMayCountWhatImageFolderCounts() throws {
    for name in ["a/z.png", "a/sub/b.png", "a/.c.png", "b/y.png", "b/x.gif", "c/w.png"] {
      try folder.place(png(1, 1, [1]), name)
    }
    for name in ["a/d.PPM", "a/e.txt", "b/f.pgm"] { try folder.place([1], name) }
    let (all, notes) = try decode(countsAsImageFolder: true)
    #expect(all.failure == nil && all.ids == [2, 3, 5, 6] && all.labels == [0, 0, 1, 2])
    #expect(
      notes == [
        "4 files left out, no picture by the ending of its name (1 .gif, 1 .pgm, 1 .ppm, 1 .txt); the first is \(folder.file("a/e.txt"))"
      ])
    #expect(try decode().0.ids == [0, 1, 2, 3, 4])
    // os.walk enters hidden folders too: b/.ipynb_checkpoints and b/__MACOSX come behind b itself.
    for name in ["b/.ipynb_checkpoints/y.png", "b/__MACOSX/y.png"] { try folder.place(png(1, 1, [1]), name) }
    #expect(try decode(countsAsImageFolder: true).0.ids == [2, 3, 5, 8])
    #expect(try decode().0.ids == [0, 1, 2, 3, 4])
  }

  @Test func picturesInNoClassAreNamed() throws {
    try folder.place(png(1, 1, [1]), "a/x.png")
    try folder.place(png(1, 1, [1]), "top.png")
    #expect(
      try decode().reports.first
        == "1 picture left out, outside of the class folders; the first is \(folder.file("top.png"))")
  }

  @Test func whatMacOSAddsIsNoClass() throws {
    for name in ["a/x.png", "b/y.png"] { try folder.place(png(1, 1, [1]), name) }
    for name in ["__MACOSX/a/._x.png", "a/__MACOSX/z.png", "a/._x.png"] { try folder.place([1], name) }
    let (decoded, notes) = try decode()
    #expect(decoded.classes == ["a", "b"] && decoded.labels == [0, 1] && notes.isEmpty)
  }

  @Test func trainAndTestAsClassesAreNoticed() throws {
    for part in ["train", "val"] {
      for name in ["cat", "dog"] { try folder.place(png(1, 1, [1]), "\(part)/\(name)/1.png") }
    }
    let (decoded, notes) = try decode()
    #expect(decoded.labels == [0, 0, 1, 1])
    #expect(
      notes == ["note: every class folder holds folders of the same names (cat, dog); was \(folder.path)/train meant?"])
  }

  @Test func aFolderOfNumberedPicturesComesInTheirOrder() throws {
    for number in [0, 1, 2, 10, 11] { try folder.place(png(1, 1, [UInt8(number)]), "data/\(number).png") }
    let (decoded, notes) = try decode()
    #expect(decoded.ids == [0, 1, 2, 3, 4] && decoded.images == [0, 1, 2, 10, 11].flatMap { [$0, $0, $0] })
    #expect(
      notes.count == 1 && notes[0].hasPrefix("note: the only class is \"data\"; its pictures are named by numbers"))
    try folder.place(png(1, 1, [1]), "data/x.png")
    let (worded, plain) = try decode()
    #expect(worded.ids == [0, 1, 2, 3, 4, 5] && plain == ["note: the only class is \"data\""])
  }

  /// Folders 1 to 12 come as 1, 10, 11, 12, 2: labels are torchvision's, and whoever expects the numbers is told.
  @Test func classesNamedByNumbersOutOfTheirOrderAreNoticed() throws {
    for number in [1, 2, 10] { try folder.place(png(1, 1, [UInt8(number)]), "\(number)/a.png") }
    let (decoded, notes) = try decode()
    #expect(decoded.classes == ["1", "10", "2"] && decoded.images == [1, 10, 2].flatMap { [$0, $0, $0] })
    #expect(notes.count == 1 && notes[0].contains("in the order of their names as text (1, 10, 2, …)"), "\(notes)")
    #expect(notes[0].hasSuffix("(01, 02)"))
    try FileManager.default.moveItem(atPath: folder.file("1"), toPath: folder.file("01"))
    try FileManager.default.moveItem(atPath: folder.file("2"), toPath: folder.file("02"))
    let (padded, none) = try decode()
    #expect(padded.classes == ["01", "02", "10"] && none == [])
  }

  @Test func faultyPicturesThatAreWholeAreReadAndCounted() throws {
    let jpeg = try JPEG.encode(Picture(width: 8, height: 8, channels: 1, pixels: plane([77], 64)))
    try folder.place(jpeg, "a/1.jpg")
    try folder.place(jpeg.dropLast(2) + [UInt8](repeating: 9, count: 40) + jpeg.suffix(2), "a/2.jpg")
    try folder.place(jpeg.dropLast(2), "b/3.jpg")
    let (decoded, notes) = try decode()
    #expect(
      decoded.failure == nil && decoded.count == 3 && decoded.images == plane([77, 77, 77, 77, 77, 77, 77, 77, 77], 64))
    #expect(
      notes.count == 1
        && notes[0].hasPrefix(
          "note: 2 pictures read in spite of a fault; the first is \(folder.file("a/2.jpg")): Corrupt JPEG")
    )
  }

  @Test func linksAreFollowedButNotInCircles() throws {
    try folder.place(png(1, 1, [1, 2, 3]), "a/1.png")
    try FileManager.default.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: "a")
    #expect(try decode().0.labels == [0, 1])
    try FileManager.default.createSymbolicLink(atPath: folder.file("a/back"), withDestinationPath: "../a")
    #expect(try decode().0.words().contains("leads back"))
  }

  @Test func selectionCountsAllPictures() throws {
    for (name, value) in [("a/1", 1), ("a/2", 2), ("b/3", 3), ("c/4", 4), ("c/5", 5)] {
      try folder.place(png(1, 1, [UInt8(value)]), "\(name).png")
    }
    let (decoded, _) = try decode(Selection(classes: ["c", "a"], offset: 1, limit: 2))
    #expect(decoded.ids == [1, 3])
    #expect(decoded.labels == [1, 0])
    #expect(decoded.images == [2, 2, 2, 4, 4, 4])
    #expect(decoded.classes == ["c", "a"])
    for nothing in [Selection(limit: 0), Selection(offset: 5)] {
      let (decoded, _) = try decode(nothing)
      #expect(decoded.failure == nil)
      #expect(decoded.count == 0 && decoded.shape == [3, 0, 0] && decoded.classes == ["a", "b", "c"])
      #expect(try decode(size: 4, nothing).0.shape == [3, 4, 4])
    }
    #expect(try decode(Selection(classes: ["d"])).0.words(.usage).contains("no class \"d\""))
  }
}
