import Records
import TestSupport
import Testing

@testable import RecordTools

@Suite struct ReportTests {
  @Test func tablesAlignTheirCells() {
    var table = TextTable([.left, .right, .left])
    table.add(["name", "1", "x"])
    table.add(["n", "234"])
    table.add(["", "", "y\u{1B}"])
    #expect(table.text(indent: 1) == " name    1  x\n n     234\n            y\\u{1b}\n")
    #expect(TextTable([.left]).text().isEmpty)
  }

  @Test func takeFirstEndsWithTheRecordsAskedFor() throws {
    let folder = try TemporaryFolder()
    let batch = try sampleBatch(20)
    // Three frames, since pictures of another size cannot share one.
    let stream = try folder.stream([batch, try sampleBatch(5, side: 6), batch])
    for (count, counts) in [(0, [0]), (7, [7]), (20, [20]), (22, [20, 2]), (25, [20, 5]), (99, [20, 5, 20])] {
      let reader = RecordReader([try folder.opened(stream)])
      try HeadFilter(count: count).run(reader, RecordWriter(try OutputFile.create(folder.file("taken"))))
      #expect(try folder.batches(folder.read("taken")).map(\.count) == counts)
    }
  }

  @Test func differencesDoNotDependOnFrames() throws {
    let folder = try TemporaryFolder()
    let (first, second) = (try sampleBatch(20, seed: 1), try sampleBatch(20, seed: 2))
    func difference(_ cut: [Range<Int>]) throws -> JSON {
      var frames: [UInt8] = []
      for rows in cut { frames += try folder.stream([second.records(rows)]) }
      return try StreamDifference(
        of: RecordReader([try folder.opened(folder.stream([first]), "a")]),
        and: RecordReader([try folder.opened(frames, "b")])
      ).json
    }
    let whole = try difference([0..<20])
    #expect(whole["columns"]?["image"]?["differing"] == 20)
    #expect(try difference([0..<0, 0..<3, 3..<4, 4..<4, 4..<20, 20..<20]) == whole)
  }

  @Test func differencesFollowTheirDefinition() throws {
    let folder = try TemporaryFolder()
    func stream(_ values: [Float], _ name: String) throws -> RecordReader {
      let batch = try ImageBatch(columns: ["image": Column(values, shape: [2, 1, 1, 2])])
      return RecordReader([try folder.opened(folder.stream([batch]), name)])
    }
    let difference = try StreamDifference(
      of: stream([0, 0.5, 1, 1], "a"), and: stream([0.3, 0.1, 1, 1], "b"))
    let image = try #require(difference.columns["image"])
    #expect(image.records == 2)
    #expect(image.differing == 1)
    #expect(abs(image.ratio - 12.0412) < 1e-3, "the mean of 0.09, 0.16, 0, 0 is 0.0625")
    #expect(abs(image.lowestRatio - 9.0309) < 1e-3, "the mean of 0.09 and 0.16 is 0.125")
    #expect(image.meanRatio == image.lowestRatio)
    #expect(abs(image.meanDistance - 0.25) < 1e-6)
    #expect(abs(image.meanPeak - 0.2) < 1e-6)
    #expect(abs(image.largestPeak - 0.4) < 1e-6)
  }

  @Test func bytesAndFloatsAreComparedOnTheUnitScale() throws {
    let folder = try TemporaryFolder()
    let bytes: [UInt8] = [0, 51, 128, 255]
    let batches = [
      Column(bytes, shape: [1, 1, 2, 2]), Column(bytes.map { Float($0) / 255 }, shape: [1, 1, 2, 2]),
    ]
    let readers = try batches.enumerated().map { index, column in
      RecordReader([try folder.opened(folder.stream([ImageBatch(columns: ["image": column])]), "\(index)")])
    }
    #expect(try StreamDifference(of: readers[0], and: readers[1]).columns["image"]?.differing == 0)
  }

  @Test func aValueThatIsNoNumberCannotBeCompared() throws {
    let folder = try TemporaryFolder()
    let batch = try ImageBatch(columns: ["perturbation": Column([0, .nan] as [Float], shape: [2, 1, 1, 1])])
    let stream = try folder.stream([batch])
    let readers = try ["a", "b"].map { RecordReader([try folder.opened(stream, $0)]) }
    let words = dataFailure { _ = try StreamDifference(of: readers[0], and: readers[1]) }
    let place = "the column \"perturbation\" of \(folder.file("a")) and \(folder.file("b"))"
    #expect(words == "\(place): record 1 holds a value that is not a number")
  }

  @Test func emptyStreamsDoNotDiffer() throws {
    let folder = try TemporaryFolder()
    let stream = try folder.stream([try sampleBatch(3).records(0..<0)])
    let difference = try StreamDifference(
      of: RecordReader([try folder.opened(stream, "a")]), and: RecordReader([try folder.opened(stream, "b")]))
    #expect(difference.records == 0)
    #expect(difference.text.contains("-"))
    #expect(difference.json["columns"]?["image"]?["psnr"]?.text == "null")
  }

  @Test func summariesCountEveryShape() throws {
    let folder = try TemporaryFolder()
    let stream = try folder.stream([try sampleBatch(4), try sampleBatch(3, side: 6)])
    guard case .records(let summary) = try StreamSummary(folder.opened(stream)) else {
      Issue.record("no summary of records")
      return
    }
    #expect(summary.records == 7)
    #expect(summary.frames == 2)
    #expect(summary.columns["image"]?.shapes == [[3, 4, 4]: 4, [3, 6, 6]: 3])
    #expect(summary.labels.values.reduce(0, +) == 7)
  }

  @Test func summariesRefuseWhatTrainersWould() throws {
    let folder = try TemporaryFolder()
    func refusal(_ batch: ImageBatch) throws -> String {
      let stream = try folder.stream([batch])
      return dataFailure { _ = try StreamSummary(folder.opened(stream)) }
    }
    var batch = try sampleBatch(2)
    batch.set("label", Column([0, -1], shape: [2]))
    #expect(
      try refusal(batch).hasSuffix(
        "frame 1 (byte 0), record 1 of it: the label is -1, where 0 or more is expected"))
    batch.set("label", Column([0, 2], shape: [2]))
    batch.classes = ["cat", "dog"]
    #expect(try refusal(batch).contains("the label is 2, where 0 or more and below 2"))
    batch.set("label", Column([0, 1], shape: [2]))
    batch.set("image", Column([0.5, 1.5] as [Float], shape: [2, 1, 1, 1]))
    #expect(try refusal(batch).contains("element 0 of the picture is 1.5, where 0...1 is expected"))
  }

  /// Marks and measures are looked at as well.
  @Test(arguments: [
    ("poisoned", Column([1, 2] as [UInt8], shape: [2]), "record 1 of it: poisoned is 2, where 0 or 1 is expected"),
    ("flag", Column([255, 0] as [UInt8], shape: [2]), "record 0 of it: flag is 255, where 0 or 1 is expected"),
    ("score", Column([0, .nan] as [Float], shape: [2]), "record 1 of it: score holds nan, where a finite number"),
    (
      "perturbation", Column([0, 0, .infinity, 0] as [Float], shape: [2, 1, 1, 2]),
      "record 1 of it: perturbation holds inf, where a finite number"
    ),
  ]) func summariesRefuseMarksAndMeasuresThatAreNone(_ name: String, _ column: Column, _ words: String) throws {
    let folder = try TemporaryFolder()
    var batch = try ImageBatch(columns: ["image": Column([0, 0, 0, 0] as [UInt8], shape: [2, 1, 1, 2])])
    batch.set(name, column)
    let stream = try folder.stream([batch])
    #expect(dataFailure { _ = try StreamSummary(folder.opened(stream)) }.contains(words))
  }

  /// Sizes whose sums would not fit a number.
  @Test(arguments: ["[4611686018427387904,0]", "[0,4611686018427387904]"])
  func absurdShapesAreRefused(_ shape: String) throws {
    let folder = try TemporaryFolder()
    let columns = ["x", "y"].map { #""\#($0)":{"dtype":"U8","shape":\#(shape),"data_offsets":[0,0]}"# }
    let header = #"{"__metadata__":{"ue.kind":"images","ue.version":"1"},\#(columns.joined(separator: ","))}"#
    let document = littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
    func stream(marked count: UInt64, frames: Int) throws -> [UInt8] {
      try folder.written { output in
        let writer = try FrameWriter(output)
        for _ in 0..<frames { try writer.write(document: document) }
        try output.write(littleEndian(UInt32(0x184D_2A55)) + littleEndian(UInt32(16)))
        try output.write(Array("UEEND".utf8) + [1, 0, 0] + littleEndian(count))
      }
    }
    let (whole, one) = try (stream(marked: 1 << 63, frames: 2), stream(marked: 0, frames: 1))
    _ = dataFailure { _ = try StreamSummary(folder.opened(whole)) }
    _ = dataFailure {
      try HeadFilter(count: 1).run(
        RecordReader([try folder.opened(one)]), RecordWriter(try OutputFile.create(folder.file("taken"))))
    }
  }
}
