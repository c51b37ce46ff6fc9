import Formats
import Records
import TestSupport
import Testing

@Suite struct RecTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try SampleStream.write(SampleStream.batch(50), to: "a.rec", in: folder)
  }

  private func ueRec(_ line: String) throws -> ProcessResult {
    try ProcessRunner.shell("ue-rec \(line)", directory: folder.path)
  }

  @Test func infoTellsWhatAStreamHolds() throws {
    let result = try ueRec("info a.rec")
    #expect(result.status == 0)
    #expect(result.errorText.isEmpty)
    #expect(
      result.text == """
        a.rec: 50 records in 1 frame
        columns
          image  U8   3x8x8
          label  I64  -
          id     I64  -
        classes
          0  cat  25
          1  dog  25
        history
          1  0  first command

        """)
  }

  @Test func infoInJSONReadsStandardInput() throws {
    let result = try ProcessRunner.shell("cat a.rec a.rec | ue-rec info --json", directory: folder.path)
    let json = try JSON(parsing: result.output)
    #expect(json["file"] == "standard input")
    #expect(json["records"] == 100)
    #expect(json["frames"] == 2)
    #expect(json["labels"] == ["0": 50, "1": 50])
    #expect(json["columns"]?["image"] == ["type": "U8", "shapes": [["shape": [3, 8, 8], "records": 100]]])
    #expect(json["history"]?.array?.count == 1)
  }

  @Test func infoTellsOfModels() throws {
    let model = try ModelDocument(
      arch: "dvae", config: ["width": 8],
      tensors: [
        "a.weight": Column([Float](repeating: 0, count: 24), shape: [2, 3, 2, 2]),
        "b.running_mean": Column([Float](repeating: 0, count: 2), shape: [2]),
      ])
    let output = try OutputFile.create(folder.file("m1"))
    try model.write(to: output)
    try output.commit()
    let json = try JSON(parsing: ueRec("info --json m1").output)
    #expect(json["arch"] == "dvae")
    #expect(json["parameters"] == 24)
    #expect(json["config"] == ["width": 8])
    #expect(json["tensors"]?["a.weight"]?["shape"] == [2, 3, 2, 2])
    #expect(json["digest"] == .string(model.digest))
    #expect(try ueRec("info m1").text.hasPrefix("m1: a model, dvae, 24 parameters, \(model.digest)\n"))
  }

  @Test func headPassesOnTheFirstRecordsAsTheyWere() throws {
    let result = try ueRec("head -n 7 < a.rec > b.rec")
    #expect(result.status == 0)
    let file = try InputFile.open(folder.file("b.rec"))
    let batch = try #require(try RecordReader([file]).next())
    #expect(batch == (try SampleStream.batch(50).records(0..<7)))
  }

  @Test func headOfNothingIsAStreamWithoutRecords() throws {
    #expect(try ueRec("head -n 0 a.rec | ue-rec info --json").text.contains(#""records":0"#))
    #expect(try ueRec("head -n 99 a.rec | ue-rec info --json").text.contains(#""records":50"#))
    #expect(try ueRec("head -n 60 a.rec a.rec | ue-rec info --json").text.contains(#""records":60"#))
  }

  @Test func headReadsNoMoreThanItNeeds() throws {
    // The second frame is damaged: who reads it, fails. From a file, since who writes a pipe that head has left, fails too.
    let line = "(cat a.rec; echo damage) > b.rec; ue-rec head -n 50 b.rec | ue-rec info"
    let result = try ProcessRunner.shell(line, directory: folder.path)
    #expect(result.status == 0)
  }

  @Test func diffMeasuresPictures() throws {
    try SampleStream.write(SampleStream.batch(50, shift: 51), to: "b.rec", in: folder)
    let json = try JSON(parsing: ueRec("diff --json a.rec b.rec").output)
    #expect(json["records"] == 50)
    #expect(json["columns"]?["label"] == ["differing": 0])
    let image = json["columns"]?["image"]
    // Every value differs by 51/255 = 0.2.
    for (name, value) in [
      ("psnr", 13.9794), ("psnr_lowest", 13.9794), ("psnr_mean", 13.9794), ("linf_max", 0.2), ("linf_mean", 0.2),
      ("l2_mean", 0.2 * 192.0.squareRoot()),
    ] {
      let found = try #require(image?[name]?.number)
      #expect(abs(found - value) < 1e-4, "\(name)")
    }
    #expect(image?["differing"] == 50)
  }

  @Test func diffOfEqualStreamsIsNoFault() throws {
    let result = try ProcessRunner.shell("cat a.rec | ue-rec diff - a.rec", directory: folder.path)
    #expect(result.status == 0)
    #expect(result.text.contains("inf"))
  }

  @Test(arguments: [
    ("diff a.rec short.rec", 65, "short.rec ends after 20 records, a.rec goes on"),
    ("diff a.rec moved.rec", 65, "record 0 has the id 0 in a.rec and 1 in moved.rec"),
    ("diff --columns score a.rec a.rec", 65, "a.rec has no column \"score\""),
    ("diff --columns '' a.rec a.rec", 64, "--columns: a name between two commas is empty"),
    ("diff --columns image, a.rec a.rec", 64, "--columns: a name between two commas is empty"),
    ("diff a.rec small.rec", 65, "the column \"image\" of a.rec and small.rec: [3, 8, 8] against [3, 4, 4]"),
    ("diff - -", 64, "not both"),
    ("diff a.rec", 64, "Missing expected argument"),
  ]) func diffRefuses(_ line: String, _ status: Int32, _ words: String) throws {
    let batch = try SampleStream.batch(50)
    try SampleStream.write(batch.records(0..<20), to: "short.rec", in: folder)
    try SampleStream.write(batch.records(Array(1..<50) + [0]), to: "moved.rec", in: folder)
    try SampleStream.write(SampleStream.batch(50, side: 4), to: "small.rec", in: folder)
    let result = try ueRec(line)
    #expect(result.status == status)
    #expect(result.errorText.contains(words))
    #expect(result.output.isEmpty)
  }

  @Test func viewIsAPNGOfTheFirstRecords() throws {
    #expect(try ueRec("view --rows 2 --across 3 --zoom 4 a.rec > sheet.png").status == 0)
    let sheet = try Picture(decoding: folder.read("sheet.png"))
    #expect(sheet.width == 8 + 3 * 40 && sheet.height == 8 + 2 * 60)
    // The first picture's upper left pixel; margins are white.
    let image = try #require(SampleStream.batch(1).image)
    let start = (8 * sheet.width + 8) * 3
    #expect(sheet.pixels[start..<start + 3].elementsEqual([image.bytes[0], image.bytes[64], image.bytes[128]]))
    #expect(sheet.pixels.prefix(8 * sheet.width * 3).allSatisfy { $0 == 255 })
    #expect(try ueRec("view --rows 2 --across 3 --zoom 4 < a.rec").output == folder.read("sheet.png"))
  }

  @Test func viewPutsStreamsSideBySide() throws {
    try SampleStream.write(SampleStream.batch(50, shift: 50).records((0..<50).reversed()), to: "b.rec", in: folder)
    let line = "view --rows 1 --across 2 --zoom 1 --columns image,difference --gain 1 a.rec b.rec -o sheet.png"
    #expect(try ueRec(line).status == 0)
    let sheet = try Picture(decoding: folder.read("sheet.png"))
    // Two tiles of three pictures of 8; two lines of names.
    #expect(sheet.width == 8 + 2 * (3 * 10 - 2 + 8))
    let start = (28 * sheet.width + 8 + 20) * 3
    // 0.5 + 50/255 is between two levels.
    #expect(sheet.pixels[start..<start + 3].allSatisfy { (177...178).contains($0) })
  }

  /// Columns of no known name may have any shape.
  @Test func viewRefusesPicturesWithoutPixels() throws {
    var batch = try SampleStream.batch(2)
    batch.set("odd", Column([] as [UInt8], shape: [2, 3, 0, 4]))
    try SampleStream.write(batch, to: "odd.rec", in: folder)
    let result = try ueRec("view --columns odd odd.rec | cat")
    #expect(result.status == 65)
    #expect(result.errorText.contains("the column \"odd\" holds no pictures"))
  }

  @Test(arguments: [
    ("view --rows 0 a.rec", 64, "--rows 0"), ("view --zoom 65 a.rec", 64, "--zoom 65"),
    ("view --columns a,,b a.rec", 64, "--columns"), ("view --gain nan a.rec", 64, "--gain"),
    ("view - -", 64, "read only once"),
    ("view --columns score a.rec", 65, "no stream has the column \"score\""),
    ("view missing.rec", 66, "missing.rec"), ("view a.rec -o missing/sheet.png", 73, "missing/sheet.png"),
  ]) func viewRefuses(_ line: String, _ status: Int32, _ words: String) throws {
    let result = try ueRec("\(line) | cat")
    #expect(result.status == status)
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }
}
