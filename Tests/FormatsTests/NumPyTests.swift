import Records
import TestSupport
import Testing

@testable import Formats

/// An `.npy` file as NumPy writes it, unless told otherwise.
private func npy(
  _ type: String, _ shape: [Int], _ elements: [UInt8], order: String = "False", version: UInt8 = 1
) -> [UInt8] {
  let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
  return npy(header: "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(sides)), }", version: version)
    + elements
}

private func npy(header: String, version: UInt8 = 1) -> [UInt8] {
  let start = version == 1 ? 10 : 12
  let text = header + String(repeating: " ", count: 63 - (start + header.utf8.count) % 64) + "\n"
  let length = text.utf8.count
  let size = version == 1 ? packed([UInt16(length)]) : packed([UInt32(length)])
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(text.utf8)
}

@Suite struct NumPyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func decode(
    _ images: [UInt8], _ labels: [UInt8], layout: PictureLayout? = nil, _ selection: Selection = Selection()
  ) throws -> Decoded {
    try Decoded {
      try DataSet.numPy(
        images: try folder.input(images, "x.npy"), labels: try folder.input(labels, "y.npy"), layout: layout,
        selection: selection)
    }
  }

  private let labels = npy("<i8", [2], packed([5, 1] as [Int64]))

  @Test(arguments: [1, 2, 3] as [UInt8]) func planarBytesPassThrough(version: UInt8) throws {
    let decoded = try decode(npy("|u1", [2, 3, 2, 2], Array(0..<24), version: version), labels)
    #expect(decoded.failure == nil)
    #expect(decoded.shape == [3, 2, 2] && decoded.type == .u8)
    #expect(decoded.images == Array(0..<24))
    #expect(decoded.labels == [5, 1])
    #expect(decoded.ids == [0, 1])
    #expect(decoded.classes == nil)
  }

  @Test func interleavedBytesBecomePlanes() throws {
    let decoded = try decode(npy("|u1", [2, 1, 2, 3], Array(0..<12)), labels, layout: .nhwc)
    #expect(decoded.shape == [3, 1, 2])
    #expect(decoded.images == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
  }

  @Test func threeDimensionsAreGrey() throws {
    let decoded = try decode(npy("|u1", [2, 3, 3], Array(0..<18)), labels)
    #expect(decoded.shape == [1, 3, 3])
    #expect(decoded.images == Array(0..<18))
  }

  @Test func floatsOfEitherWidthAndOrderBecomeFloat32() throws {
    let values: [Double] = [0, 1, 0.5, 0.1, 0.75, 0.3, 0.25, 0.125]
    let expected = packed(values.map { Float($0) })
    let files = [
      npy("<f8", [2, 1, 2, 2], packed(values)), npy(">f8", [2, 1, 2, 2], packed(values, isBigEndian: true)),
      npy("<f4", [2, 1, 2, 2], expected),
      npy(">f4", [2, 1, 2, 2], packed(values.map { Float($0) }, isBigEndian: true)),
    ]
    for file in files {
      let decoded = try decode(file, labels)
      #expect(decoded.type == .f32 && decoded.shape == [1, 2, 2])
      #expect(decoded.images == expected)
    }
    let interleaved = try decode(
      npy("<f4", [1, 2, 2, 3], packed((0..<12).map { Float($0) / 16 })), npy("|u1", [1], [0]))
    #expect(interleaved.images == packed([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map { Float($0) / 16 }))
  }

  @Test(arguments: [-0.001, 1.001, .nan, .infinity, 200] as [Float]) func floatsOutsideTheirRangeAreNamed(
    value: Float
  ) throws {
    let decoded = try decode(npy("<f4", [2, 1, 1, 2], packed([0, 1, 0.5, value])), labels, layout: .nchw)
    #expect(decoded.ids == [0])
    #expect(decoded.words().contains("x.npy: record 1 holds the value \(value)"))
  }

  @Test func labelsOfAnyIntegerType() throws {
    let images = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    let files = [
      npy("|u1", [2], [5, 1]), npy("|i1", [2], [5, 1]), npy("<u2", [2], packed([5, 1] as [UInt16])),
      npy("<i4", [2, 1], packed([5, 1] as [Int32])), npy(">i4", [2], packed([5, 1] as [Int32], isBigEndian: true)),
      npy("<u8", [2], packed([5, 1] as [UInt64])), npy("<i8", [2, 1], packed([5, 1] as [Int64]), order: "True"),
    ]
    for file in files.dropLast() { #expect(try decode(images, file).labels == [5, 1]) }
    #expect(try decode(images, files[6]).words().contains("Fortran order"))
    #expect(try decode(images, npy("<i8", [2], packed([5, 1] as [Int64]), order: "True")).labels == [5, 1])
  }

  @Test func labelsThatAreNoneAreNamed() throws {
    let images = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    let negative = try decode(images, npy("|i1", [2], [3, 0xFF]))
    #expect(negative.labels == [3])
    #expect(negative.words().contains("y.npy: record 1: a label must be from 0 up, not -1"))
    #expect(try decode(images, npy("<u8", [2], packed([1, .max] as [UInt64]))).words().contains("record 1"))
    #expect(try decode(images, npy("<f4", [2], packed([1, 2] as [Float]))).words().contains("labels of float32"))
    #expect(try decode(images, npy("|u1", [2, 10], patternless(20))).words().contains("2×10"))
    #expect(try decode(images, npy("|u1", [3], [1, 2, 3])).words().contains("holds 2 pictures"))
  }

  @Test func aDoubtfulLayoutAsksForTheOption() throws {
    let images = npy("|u1", [2, 3, 2, 3], patternless(36))
    #expect(try decode(images, labels).words().contains("--layout nchw or --layout nhwc"))
    #expect(try decode(images, labels, layout: .nchw).shape == [3, 2, 3])
    #expect(try decode(images, labels, layout: .nhwc).shape == [3, 3, 2])
    #expect(try decode(npy("|u1", [2, 4, 2, 2], patternless(32)), labels).words().contains("neither"))
    let wrong = try decode(npy("|u1", [2, 4, 2, 3], patternless(48)), labels, layout: .nchw)
    #expect(wrong.words().contains("read as nchw"))
    #expect(try decode(npy("|u1", [2, 4], patternless(8)), labels).words().contains("holds no pictures"))
  }

  @Test func fortranOrderIsRefusedWithAdvice() throws {
    let decoded = try decode(npy("|u1", [2, 3, 2, 2], Array(0..<24), order: "True"), labels)
    #expect(decoded.words().contains("ascontiguousarray"))
  }

  @Test(arguments: ["<f2", "<c8", "|b1", "|S5", "<U3", "|O", "<i3", "", "i4", "<i16"]) func otherTypesAreNamed(
    type: String
  ) throws {
    let decoded = try decode(npy(type, [2, 3, 2, 2], Array(0..<48)), labels)
    #expect(decoded.words().contains(type == "<f2" ? "float16" : "\"\(type)\""))
  }

  @Test(arguments: [
    "", "{", "{}", "[]", "{'descr': '|u1', 'fortran_order': False}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1), 'more': 1}",
    "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1)}",
    "{'descr': '|u1', 'fortran_order': 0, 'shape': (1, 1, 1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1 1, 1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 1, 1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 1, 1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (,)}",
    "{'descr': '|u1, 'fortran_order': False, 'shape': (1, 1, 1)}",
    "{'descr': '|u1' 'fortran_order': False, 'shape': (1, 1, 1)}",
    "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1, 1, 1)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1)} x",
  ]) func damagedHeadersAreRefused(header: String) throws {
    let decoded = try decode(npy(header: header) + [7], npy("|u1", [1], [0]))
    #expect(decoded.words().contains("x.npy: "))
    #expect(decoded.count == 0)
  }

  @Test func otherSpellingsOfAGoodHeaderAreRead() throws {
    let header = "{ \"shape\":(1,1,1,),\"fortran_order\":False,\"descr\":\"<u1\" }"
    #expect(try decode(npy(header: header) + [7], npy("|u1", [1], [0])).images == [7])
  }

  @Test func whatIsNotNumPyIsNamed() throws {
    let good = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    var other = good
    other[6] = 4
    #expect(try decode(other, labels).words().contains("version 4.0"))
    #expect(try decode([UInt8]("PK\u{3}\u{4}12345".utf8), labels).words().contains("not an .npy file"))
    #expect(try decode([], labels).words().contains("empty"))
    for count in 8..<128 { #expect(try decode(Array(good[..<count]), labels).words().contains("x.npy: ")) }
  }

  @Test func truncationAndSurplusAreErrors() throws {
    let good = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    let cut = try decode(Array(good.dropLast()), labels)
    #expect(cut.ids == [0])
    #expect(cut.words().contains("within record 1; the header promises 2 records"))
    let surplus = try decode(good + [1], labels)
    #expect(surplus.ids == [0, 1])
    #expect(surplus.words().contains("more bytes follow"))
  }

  @Test func noRecordsAreAnEmptyBatchWithItsShape() throws {
    let decoded = try decode(npy("<f4", [0, 3, 2, 2], []), npy("|u1", [0], []))
    #expect(decoded.failure == nil)
    #expect(decoded.count == 0 && decoded.shape == [3, 2, 2] && decoded.type == .f32)
  }

  @Test func aLimitStopsBeforeTheFault() throws {
    let cut = Array(npy("|u1", [2, 3, 2, 2], Array(0..<24)).dropLast())
    let decoded = try decode(cut, labels, Selection(limit: 1))
    #expect(decoded.ids == [0])
    #expect(decoded.failure == nil)
  }
}
