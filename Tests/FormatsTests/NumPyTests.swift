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

  @Test(
    arguments: [
      (-0.5, "the value -0.5; fractions must lie in 0 to 1"), (1.0000002, "numpy.clip(x, 0, 1)"),
      (-1e-8, "numpy.clip(x, 0, 1)"), (.nan, "not a number (nan)"), (.infinity, "the value inf; fractions"),
      (200, "array of integers"),
    ] as [(Float, String)])
  func floatsOutsideTheirRangeAreNamed(value: Float, words: String) throws {
    let decoded = try decode(npy("<f4", [2, 1, 1, 2], packed([0, 1, 0.5, value])), labels, layout: .nchw)
    #expect(decoded.ids == [0])
    #expect(decoded.words().contains("x.npy: record 1 holds ") && decoded.words().contains(words), "\(decoded.words())")
  }

  @Test func floatsOfTwoBytesBecomeFloat32() throws {
    let halves: [Float16] = [0, 1, 0.5, 0.25]
    let decoded = try decode(
      npy("<f2", [2, 1, 1, 2], packed(halves.map(\.bitPattern))), labels, layout: .nchw)
    #expect(decoded.type == .f32 && decoded.images == packed(halves.map { Float($0) }))
  }

  @Test func integersOfAnyTypeBecomeBytes() throws {
    let expected: [UInt8] = [0, 255, 7, 128]
    let files = [
      npy("<i8", [2, 1, 1, 2], packed(expected.map { Int64($0) })),
      npy(">i2", [2, 1, 1, 2], packed(expected.map { Int16($0) }, isBigEndian: true)),
      npy("<u4", [2, 1, 1, 2], packed(expected.map { UInt32($0) })),
    ]
    for file in files {
      let decoded = try decode(file, labels, layout: .nchw)
      #expect(decoded.type == .u8 && decoded.images == expected)
    }
    let beyond = try decode(npy("<i2", [2, 1, 1, 2], packed([0, 1, 256, 0] as [Int16])), labels, layout: .nchw)
    #expect(beyond.ids == [0] && beyond.words().contains("record 1 holds the value 256, in int16"))
    let signed = try decode(npy("|i1", [2, 1, 1, 2], [0, 1, 2, 0xFF]), labels, layout: .nchw)
    #expect(signed.words().contains("the value -1"))
  }

  @Test func oneHotRowsAreLabels() throws {
    let images = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    let rows: [Double] = [0, 0, 1, 0, 1, 0, 0, 0]
    #expect(try decode(images, npy("<f8", [2, 4], packed(rows))).labels == [2, 0])
    #expect(try decode(images, npy("|u1", [2, 4], rows.map { UInt8($0) })).labels == [2, 0])
    for row in [[0, 0, 0, 0], [1, 1, 0, 0], [0.9, 0.1, 0, 0], [.nan, 1, 0, 0]] as [[Double]] {
      let decoded = try decode(images, npy("<f8", [2, 4], packed(rows[..<4] + row)))
      #expect(decoded.ids == [0] && decoded.words().contains("argmax"))
    }
  }

  @Test func labelsOfAnyIntegerType() throws {
    let images = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    let files = [
      npy("|u1", [2], [5, 1]), npy("|i1", [2], [5, 1]), npy("<u2", [2], packed([5, 1] as [UInt16])),
      npy("<i4", [2, 1], packed([5, 1] as [Int32])), npy(">i4", [2], packed([5, 1] as [Int32], isBigEndian: true)),
      npy("<u8", [2], packed([5, 1] as [UInt64])), npy("<i8", [2, 1], packed([5, 1] as [Int64]), order: "True"),
    ]
    for file in files { #expect(try decode(images, file).labels == [5, 1]) }
    #expect(try decode(images, npy("<i8", [2], packed([5, 1] as [Int64]), order: "True")).labels == [5, 1])
  }

  @Test func labelsThatAreNoneAreNamed() throws {
    let images = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    let negative = try decode(images, npy("|i1", [2], [3, 0xFF]))
    #expect(negative.labels == [3])
    #expect(negative.words().contains("y.npy: record 1: a label must be from 0 up, not -1"))
    #expect(try decode(images, npy("<u8", [2], packed([1, .max] as [UInt64]))).words().contains("record 1"))
    #expect(try decode(images, npy("<f4", [2], packed([1, 2] as [Float]))).words().contains("labels.astype(int)"))
    #expect(try decode(images, npy("|u1", [2, 10], patternless(20))).words().contains("2×10"))
    #expect(try decode(images, npy("|u1", [2, 2, 2], patternless(8))).words().contains("neither one label"))
    #expect(try decode(images, npy("|u1", [3], [1, 2, 3])).words().contains("holds 2 pictures"))
    let huge = try decode(images, npy("|u1", [2, 1 << 62, 1 << 62, 0], []))
    #expect(huge.words().contains("which no memory holds"))
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

  @Test func fortranOrderIsRead() throws {
    // Element (n, c, y, x) of numpy.save of a transposed array lies at n + 2c + 6y + 12x.
    let decoded = try decode(npy("|u1", [2, 3, 2, 2], Array(0..<24), order: "True"), labels)
    let expected = (0..<24).map { place -> UInt8 in
      let (n, c, y, x) = (place / 12, place / 4 % 3, place / 2 % 2, place % 2)
      return UInt8(n + 2 * c + 6 * y + 12 * x)
    }
    #expect(decoded.images == expected)
    #expect(decoded.failure == nil)
    let cut = try decode(npy("|u1", [2, 3, 2, 2], Array(0..<23), order: "True"), labels)
    #expect(cut.words().contains("takes 24 bytes, but 23 follow"))
  }

  @Test(arguments: ["<c8", "|b1", "|S5", "<U3", "|O", "<i3", "", "i4", "<i16"]) func otherTypesAreNamed(
    type: String
  ) throws {
    let decoded = try decode(npy(type, [2, 3, 2, 2], Array(0..<48)), labels)
    #expect(decoded.words().contains("\"\(type)\""))
    #expect(decoded.words().contains("numpy.unique") == ["|S5", "<U3"].contains(type))
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
    let python2 = "{'descr': '|u1', 'fortran_order': False, 'shape': (1L, 1L, 1L), }"
    #expect(try decode(npy(header: python2) + [7], npy("|u1", [1], [0])).images == [7])
  }

  @Test func whatIsNotNumPyIsNamed() throws {
    let good = npy("|u1", [2, 3, 2, 2], Array(0..<24))
    var other = good
    other[6] = 4
    #expect(try decode(other, labels).words().contains("version 4.0"))
    #expect(try decode([UInt8]("PK\u{3}\u{4}12345".utf8), labels).words().contains("use ue-decode npz"))
    #expect(try decode([0x80, 4] + [UInt8](repeating: 0, count: 20), labels).words().contains("a Python pickle"))
    #expect(try decode([UInt8]("x.npy".utf8), labels).words().contains("something else"))
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
