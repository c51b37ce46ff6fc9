import Formats
import Records
import TestSupport
import Testing

@testable import RecordTools

@Suite struct SheetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func batch(_ ids: [Int], value: (Int) -> UInt8) throws -> ImageBatch {
    try ImageBatch(
      columns: [
        "image": Column(ids.flatMap { id in [UInt8](repeating: value(id), count: 12) }, shape: [ids.count, 3, 2, 2]),
        "label": Column(ids.map { $0 % 2 }, shape: [ids.count]), "id": Column(ids, shape: [ids.count]),
      ], classes: ["cat", "dog"])
  }

  private func stream(_ name: String, _ batches: [ImageBatch]) throws -> SheetStream {
    SheetStream(name: name, reader: RecordReader([try folder.opened(folder.framed(batches), name)]))
  }

  private func sheet(_ streams: [SheetStream], _ change: (inout ContactSheet.Options) -> Void) throws -> Picture {
    var options = ContactSheet.Options()
    change(&options)
    return try ContactSheet(streams, options).picture
  }

  private func pixel(_ picture: Picture, _ x: Int, _ y: Int) -> [UInt8] {
    Array(picture.pixels[(y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3])
  }

  @Test func picturesStandInRowsOfTheirOrder() throws {
    let batches = try [batch([0, 1, 2]) { UInt8($0 * 10) }, batch([3, 4]) { UInt8($0 * 10) }]
    let sheet = try sheet([stream("a", batches)]) { ($0.rows, $0.across, $0.scale) = (2, 2, 16) }
    // Margins of 8, pictures of 32, two lines of 10 below each.
    #expect(sheet.width == 8 + 2 * 40 && sheet.height == 8 + 2 * 60)
    for (id, x, y) in [(0, 8, 8), (1, 48, 8), (2, 8, 68), (3, 48, 68)] {
      #expect(pixel(sheet, x, y) == [UInt8](repeating: UInt8(id * 10), count: 3))
      #expect(pixel(sheet, x + 31, y + 31) == [UInt8](repeating: UInt8(id * 10), count: 3))
      #expect(pixel(sheet, x - 1, y) == [255, 255, 255] && pixel(sheet, x + 32, y) == [255, 255, 255])
    }
  }

  @Test func otherStreamsStandBesideByTheirIds() throws {
    let first = try batch([5, 2, 9]) { UInt8($0) }
    let second = try batch([1, 9, 2, 3, 5]) { UInt8($0 + 100) }
    let sheet = try sheet([stream("a", [first]), stream("b", [second])]) { ($0.rows, $0.across, $0.scale) = (1, 3, 8) }
    for (place, id) in [5, 2, 9].enumerated() {
      // Two pictures of 16 with a gap of 2, below one line of names.
      let x = 8 + place * 42
      #expect(pixel(sheet, x, 18)[0] == UInt8(id) && pixel(sheet, x + 18, 18)[0] == UInt8(id + 100))
    }
    let fault = #expect(throws: Failure.self) {
      _ = try self.sheet([self.stream("b", [second]), self.stream("a", [first])]) { $0.rows = 1 }
    }
    #expect(fault?.message == "a: has no record of the id 1, which the first has")
  }

  /// A sorted stream once gave a sheet of one class.
  @Test(arguments: [true, false]) func whereTheFirstAreOfOneClassAllClassesAreShown(_ areNamed: Bool) throws {
    let sorted = [[0, 2, 4, 6], [8, 10, 12, 1], [3]]
    let batches = try sorted.map { ids in
      let batch = try batch(ids) { UInt8($0) }
      return areNamed ? batch : try ImageBatch(columns: batch.columns)
    }
    func shown(_ rows: Int) throws -> [Int] {
      let sheet = try sheet([stream("a", batches)]) { ($0.rows, $0.across, $0.scale) = (rows, 1, 16) }
      return (0..<rows).map { Int(pixel(sheet, 8, 8 + $0 * 60)[0]) }
    }
    #expect(try shown(5) == [0, 1, 2, 3, 4])
    #expect(try shown(1) == [0])
    // The first eight are of both classes.
    #expect(try shown(8) == [0, 2, 4, 6, 8, 10, 12, 1])
  }

  @Test(arguments: [
    (["clean.rec", "a/lsp.rec"], ["clean", "lsp"]), (["a/x.rec", "b/x.rec"], ["a/x", "b/x"]),
    (["out/a/x.rec", "out/b/x.rec"], ["a/x", "b/x"]), (["cifar-train-lsp.rec", "cifar-train-em.rec"], ["lsp", "em"]),
    (["x.rec", "x.rec"], ["x", "x"]), (["shapes.rec", "shapes-lsp.rec"], ["shapes", "shapes-lsp"]),
    (["a/b.rec"], ["b"]),
    (["lsp-0.2.rec", "lsp-0.25.rec"], ["0.2", "0.25"]),
  ])
  func columnsAreHeadedApart(_ paths: [String], _ names: [String]) {
    #expect(SheetNames.distinct(paths) == names)
  }

  @Test func perturbationsAreStretchedInBothWays() {
    let values: [Float] = [-0.1, 0, 0.3]
    #expect(Stretch.range.samples(values) == [0, 64, 255])
    #expect(Stretch.range.samples([0.2, 0.2]) == [128, 128])
    #expect(Stretch.range.samples([-.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == [0, 255])
    #expect(Stretch.gain(1).samples(values) == [102, 128, 204])
    #expect(Stretch.gain(10).samples(values) == [0, 128, 255])
  }

  @Test func columnsAndDifferencesAreShown() throws {
    var first = try batch([0]) { _ in 100 }
    first.set("perturbation", Column([Float](repeating: 0.1, count: 11) + [0.25], shape: [1, 3, 2, 2]))
    let second = try batch([0]) { _ in 151 }
    let sheet = try sheet([stream("a", [first]), stream("b", [second])]) {
      ($0.rows, $0.scale, $0.columns, $0.stretch) = (1, 8, ["perturbation", "difference"], .gain(1))
    }
    // Two lines of names: streams and columns. 0.5 + 0.1, 0.5 + 0.25, and 0.5 + 51/255, which is between two levels.
    #expect(pixel(sheet, 8, 28) == [153, 153, 153])
    #expect(pixel(sheet, 8 + 15, 28 + 15) == [153, 153, 191])
    #expect(pixel(sheet, 26, 28).allSatisfy { (178...179).contains($0) })
  }

  @Test(arguments: [
    (["score"], "no stream has the column \"score\""), (["label"], "the column \"label\" holds no pictures"),
    (["difference"], "a difference needs a second stream"),
  ]) func whatCannotBeShownIsNamed(_ columns: [String], _ words: String) throws {
    let batch = try batch([0]) { _ in 0 }
    #expect(dataFailure { _ = try sheet([stream("a", [batch])]) { $0.columns = columns } }.contains(words))
  }

  @Test func faultyValuesAndTooLargeSheetsAreRefused() throws {
    var broken = try batch([7]) { _ in 0 }
    broken.set("perturbation", Column([Float](repeating: .nan, count: 12), shape: [1, 3, 2, 2]))
    #expect(
      dataFailure { _ = try sheet([stream("a", [broken])]) { _ in } }.contains("the record of the id 7: a value is nan")
    )
    #expect(
      dataFailure { _ = try sheet([stream("e", [batch([]) { _ in 0 }])]) { _ in } }.contains("no records to show"))
    let large = try ImageBatch(columns: [
      "image": Column([UInt8](repeating: 0, count: 300_000), shape: [1, 3, 1, 100_000])
    ])
    let fault = #expect(throws: Failure.self) { _ = try sheet([stream("l", [large])]) { $0.scale = 64 } }
    #expect(fault?.kind == .usage && fault?.message.contains("--zoom") == true)
  }

  @Test func everyLetterIsDrawnAndNoTwoAreAlike() throws {
    let letters = (0x20..<0x7F).compactMap(Unicode.Scalar.init(_:))
    #expect(Set(letters.map { Letters.rows(of: $0) }).count == 95)
    for letter in letters {
      let rows = Letters.rows(of: letter)
      #expect(rows.count == 7 && rows.allSatisfy { $0.count == 5 })
      #expect(rows.joined().contains(true) == (letter != " "), "\(letter)")
    }
    #expect(Letters.rows(of: "é") == Letters.rows(of: "?"))
  }

  @Test func someLettersHangBelowTheLine() throws {
    for (letter, isLow) in [("g", true), ("p", true), ("q", true), ("y", true), ("x", false), ("P", false)] {
      var canvas = try Canvas(width: 5, height: 9)
      canvas.write(letter, x: 0, y: 0, space: 5)
      #expect(canvas.picture.pixels.suffix(5 * 3).contains(40) == isLow, "\(letter)")
    }
  }

  @Test func longNamesEndInDots() throws {
    var (short, long) = try (Canvas(width: 40, height: 9), Canvas(width: 40, height: 9))
    short.write("abcd..", x: 0, y: 0, space: 40)
    long.write("abcdefgh", x: 0, y: 0, space: 40)
    #expect(short.picture == long.picture)
    var narrow = try Canvas(width: 3, height: 9)
    narrow.write("abc", x: 0, y: 0, space: 3)
    #expect(narrow.picture == (try Canvas(width: 3, height: 9)).picture)
  }

  @Test func kittysCommandsHoldThePNG() {
    // RFC 4648's examples.
    for (text, letters) in [
      ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(
        KittyGraphics.commands(png: Array(text.utf8)) == Array("\u{1B}_Ga=T,f=100,m=0;\(letters)\u{1B}\\\n".utf8))
    }
    let long = String(decoding: KittyGraphics.commands(png: [UInt8](repeating: 0, count: 6144)), as: UTF8.self)
    let half = String(repeating: "A", count: 4096)
    #expect(long == "\u{1B}_Ga=T,f=100,m=1;\(half)\u{1B}\\\u{1B}_Gm=0;\(half)\u{1B}\\\n")
  }

  /// Black, white and a colour, in a picture of seven rows: two bands.
  @Test func sixelsAreBandsOfColours() throws {
    let black = [UInt8](repeating: 0, count: 5 * 6 * 3)
    let white = [UInt8](repeating: 255, count: 5 * 3)
    let text = String(
      decoding: Sixel.commands(Picture(width: 5, height: 7, channels: 3, pixels: black + white)), as: UTF8.self)
    #expect(text.hasPrefix("\u{1B}P0;1q\"1;1;5;7#0;2;0;0;0#1;2;0;0;20"))
    #expect(text.hasSuffix("#251;2;100;100;100#0!5~-#251!5@-\u{1B}\\\n"))
  }
}
