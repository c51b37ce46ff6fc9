import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct IDXTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func idx(_ type: UInt8, _ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)] + packed(shape.map { UInt32($0) }, isBigEndian: true) + elements
  }

  private func decode(
    _ files: [[UInt8]], layout: PictureLayout? = nil, _ selection: Selection = Selection()
  ) throws -> Decoded {
    try Decoded {
      let inputs = try files.enumerated().map { try folder.input($0.element, "file\($0.offset)") }
      return try DataSet.idx(inputs, layout: layout, selection: selection)
    }
  }

  private var images: [UInt8] { idx(8, [3, 2, 4], Array(0..<24)) }
  private var labels: [UInt8] { idx(8, [3], [7, 0, 255]) }

  @Test func greyPicturesKeepOneChannel() throws {
    for files in [[images, labels], [labels, images]] {
      let decoded = try decode(files)
      #expect(decoded.failure == nil)
      #expect(decoded.shape == [1, 2, 4])
      #expect(decoded.type == .u8)
      #expect(decoded.images == Array(0..<24))
      #expect(decoded.labels == [7, 0, 255])
      #expect(decoded.ids == [0, 1, 2])
      #expect(decoded.classes == nil)
    }
  }

  @Test func pairsFollowOneAnotherAndMayBeGzip() throws {
    let decoded = try decode([images, labels, try folder.gzip(labels), try folder.gzip(images)])
    #expect(decoded.failure == nil)
    #expect(decoded.ids == Array(0..<6))
    #expect(decoded.images == Array(0..<24) + Array(0..<24))
  }

  @Test func selectionKeepsPositions() throws {
    let decoded = try decode([images, labels, images, labels], Selection(classes: ["255"], offset: 1))
    #expect(decoded.ids == [5])
    #expect(decoded.labels == [0])
    #expect(decoded.images == Array(16..<24))
    #expect(decoded.classes == ["255"])
  }

  @Test func fourDimensionsHaveChannelsSecondOrLast() throws {
    let labels = idx(8, [2], [1, 2])
    let planar = idx(8, [2, 3, 2, 2], Array(0..<24))
    #expect(try decode([planar, labels]).images == Array(0..<24))
    let interleaved = try decode([idx(8, [2, 2, 2, 3], Array(0..<24)), labels])
    #expect(interleaved.shape == [3, 2, 2])
    #expect(Array(interleaved.images[..<12]) == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
  }

  @Test func widerLabelsAreBigEndian() throws {
    let short = idx(0x0B, [3], packed([1, 300, 2] as [Int16], isBigEndian: true))
    #expect(try decode([images, short]).labels == [1, 300, 2])
    let long = idx(0x0C, [3], packed([70000, 0, 5] as [Int32], isBigEndian: true))
    #expect(try decode([images, long]).labels == [70000, 0, 5])
    let negative = try decode([images, idx(0x0C, [3], packed([4, -1, 5] as [Int32], isBigEndian: true))])
    #expect(negative.labels == [4])
    #expect(negative.words().contains("record 1: a label must be from 0 up, not -1"))
  }

  @Test func labelsMayBeAColumnOrOneAClass() throws {
    #expect(try decode([images, idx(8, [3, 1], [7, 0, 255])]).labels == [7, 0, 255])
    #expect(try decode([idx(8, [3, 2], [0, 1, 1, 0, 0, 1]), images]).labels == [1, 0, 1])
    let several = try decode([images, idx(0x0C, [3, 2], packed([7, 1, 0, 2, 5, 3] as [Int32], isBigEndian: true))])
    #expect(several.words().contains("record 0: its row is not one-hot"), "\(several.words())")
  }

  @Test func fractionsStayFractions() throws {
    let values: [Float] = [0, 0.25, 1, 0.5]
    let decoded = try decode([
      idx(0x0D, [2, 1, 2], packed(values, isBigEndian: true)), idx(8, [2], [0, 1]),
    ])
    #expect(decoded.type == .f32)
    #expect(decoded.images == packed(values))
  }

  @Test func whatIsNotIDXIsNamed() throws {
    #expect(
      try decode([[1, 2, 3, 4], labels]).words().contains("not an IDX file: it begins with the bytes 01 02 03 04"))
    #expect(try decode([idx(0x0A, [3], [1, 2, 3]), labels]).words().contains("not an IDX file"))
    #expect(try decode([[], labels]).words().contains("the file is empty"))
    #expect(try decode([Array(images[..<9]), labels]).words().contains("header is cut short at byte 9"))
  }

  @Test func whatDoesNotBelongTogetherIsRefused() throws {
    #expect(try decode([images]).words(.usage).contains("pairs"))
    #expect(try decode([images, images]).words().contains("both hold pictures"))
    #expect(try decode([labels, labels]).words().contains("both hold labels"))
    #expect(try decode([images, idx(8, [2], [1, 2])]).words().contains("holds 3 pictures"))
    #expect(
      try decode([idx(0x0C, [1, 1, 1], [0, 0, 1, 0]), idx(8, [1], [0])]).words().contains("the value 256, in int32"))
    #expect(try decode([images, idx(0x0D, [3], packed([1, 2, 3] as [Float]))]).words().contains("float32"))
    #expect(try decode([images, idx(8, [], [])]).words().contains("a single number"))
  }

  @Test func truncatedArraysGiveTheRecordsBefore() throws {
    let cut = try decode([Array(images.dropLast(1)), labels])
    #expect(cut.ids == [0, 1])
    #expect(cut.words().contains("file0: ends at byte 39, within record 2"))
    let unlabelled = try decode([images, Array(labels.dropLast(2))])
    #expect(unlabelled.labels == [7])
    #expect(unlabelled.words().contains("file1: ends at byte 9, within record 1"))
  }

  @Test func trailingBytesAreAnError() throws {
    #expect(try decode([images + [0], labels]).words().contains("file0: more bytes follow"))
    #expect(try decode([images, labels + [0]]).words().contains("file1: more bytes follow"))
  }

  @Test func hugeClaimsAreRefused() throws {
    let sides = [1 << 31, 1 << 31, 1 << 31]
    #expect(try decode([idx(8, sides, []), labels]).words().contains("no memory holds"))
    #expect(try decode([idx(8, [3, 1 << 20, 1 << 20], []), labels]).words().contains("pixels"))
    #expect(try decode([idx(8, [3, 0, 5], []), labels]).words().contains("pixels"))
  }
}
