import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct ForeignArrayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func read(_ bytes: [UInt8], array: String? = nil) throws -> ForeignArray {
    try ForeignArray.read(try InputFile.open(folder.write(bytes, to: "a")), array: array)
  }

  /// Expects a failure of kind data whose message holds the words.
  func expectFault(
    _ bytes: [UInt8], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(sourceLocation: sourceLocation) { try read(bytes) } throws: {
      ($0 as? Failure)?.kind == .data && "\($0)".contains(words)
    }
  }

  func text(_ word: String) -> [UInt8] { PickleSupport.text(word) }
  func global(_ module: String, _ name: String) -> [UInt8] { PickleSupport.global(module, name) }
  func tensor(
    storage: String = "FloatStorage", key: String = "0", offset: Int = 0, shape: [Int], strides: [Int],
    type: String? = nil
  ) -> [UInt8] {
    PickleSupport.tensor(storage: storage, key: key, offset: offset, shape: shape, strides: strides, type: type)
  }

  func torch(_ pickle: [UInt8], data: [UInt8]? = nil) -> [UInt8] {
    PickleSupport.torch(pickle, data: data ?? Self.numbers.withUnsafeBytes { Array($0) })
  }

  static let numbers: [Float] = [0, 1, 2, 3, 4, 5]
  func rows(_ array: ForeignArray) -> [[Float]] { (0..<array.shape[0]).map(array.row) }

  @Test func aNumPyFileIsOneArray() throws {
    let array = try read(ZipSupport.numPy([1, 2, 3, 4, 5, 6], shape: [3, 2]))
    #expect(array.shape == [3, 2])
    #expect(array.typeName == "float32")
    #expect((0..<3).map(array.row) == [[1, 2], [3, 4], [5, 6]])
  }

  @Test func anArchiveOfSeveralArraysAsksForAName() throws {
    let archive = ZipSupport.archive([
      ("noise.npy", ZipSupport.numPy([1, 2], shape: [2])), ("labels.npy", ZipSupport.numPy([3], shape: [1])),
      ("note.txt", [65]),
    ])
    expectFault(archive, "--array")
    #expect(try read(archive, array: "labels").row(0) == [3])
    #expect(throws: Failure.self) { try read(archive, array: "other") }
    #expect(try read(ZipSupport.archive([("only.npy", ZipSupport.numPy([7, 8], shape: [2]))])).row(1) == [8])
  }

  @Test func aTensorIsReadFromItsStorage() throws {
    let array = try read(torch(tensor(offset: 2, shape: [2, 2], strides: [2, 1])))
    #expect(array.shape == [2, 2])
    #expect((0..<2).map(array.row) == [[2, 3], [4, 5]])
    #expect(
      try read(torch(tensor(storage: "CharStorage", shape: [2, 1], strides: [1, 1]), data: [255, 3])).row(0) == [-1])
    // With {"neg": True} behind it all its signs are turned.
    let open = Array(tensor(shape: [6], strides: [1]).dropLast(2))
    let turned = open + [0x7D] + text("neg") + [0x88, 0x73, 0x74, 0x52]
    expectFault(torch(turned), "in a way that is not known here")
    #expect(try read(torch(open + [0x7D, 0x74, 0x52])).row(5) == [5])
    let parameter =
      global("torch._utils", "_rebuild_parameter") + [0x28] + tensor(shape: [6], strides: [1])
      + [0x88] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
    #expect(try read(torch(parameter)).row(5) == [5])
  }

  @Test func aDictionaryOfTensorsAsksForAName() throws {
    let pair =
      [0x7D, 0x28] + text("a") + tensor(shape: [1], strides: [1]) + text("b")
      + tensor(offset: 3, shape: [1], strides: [1])
      + [0x75]
    expectFault(torch(pair), "--array")
    #expect(try read(torch(pair), array: "b").row(0) == [3])
    // One that is not read counts too: the other is not taken for the only one.
    for (module, name) in [
      ("torch._tensor", "_rebuild_from_type_v2"), ("torch._utils", "_rebuild_sparse_tensor"),
      ("numpy.ma.core", "_mareconstruct"),
    ] {
      let unread =
        [0x7D, 0x28] + text("a") + global(module, name) + [0x29, 0x52] + text("b") + tensor(shape: [1], strides: [1])
        + [0x75]
      expectFault(torch(unread), "--array")
      #expect(try read(torch(unread), array: "b").row(0) == [0])
      #expect(throws: Failure.self) { try read(torch(unread), array: "a") }
    }
    let numbers = [0x7D] + text("epoch") + [0x4B, 9, 0x73]
    expectFault(torch(numbers), "no array")
  }

  @Test func stridesAndOrdersOfAnyKindAreRead() throws {
    let transposed = try read(torch(tensor(shape: [3, 2], strides: [1, 3])))
    #expect(rows(transposed) == [[0, 3], [1, 4], [2, 5]])
    #expect(rows(try read(torch(tensor(offset: 1, shape: [2, 1], strides: [3, 7])))) == [[1], [4]])
    let fortran = ZipSupport.numPy(Self.numbers, shape: [3, 2], order: "True")
    #expect(rows(try read(fortran)) == [[0, 3], [1, 4], [2, 5]])
    let sets = try read(ZipSupport.numPy((0..<12).map(Float.init), shape: [2, 2, 3], order: "True"))
    #expect(sets.row(1) == [1, 5, 9, 3, 7, 11])
    #expect(rows(sets.slice(1)) == [[1, 5, 9], [3, 7, 11]])
    #expect(rows(sets.slice(1).asRow) == [[1, 5, 9, 3, 7, 11]])
  }

  @Test func typesOfTwoBytesAreRead() throws {
    let brain: [UInt8] = [0x80, 0x3F, 0x00, 0xC0]  // 1 and -2, the upper halves of float32
    #expect(
      rows(try read(torch(tensor(storage: "BFloat16Storage", shape: [2], strides: [1]), data: brain))) == [[1], [-2]])
    let words: [UInt8] = [7, 0, 0xFE, 0xFF]
    let unsigned = try read(
      torch(tensor(storage: "UntypedStorage", shape: [2], strides: [1], type: "uint16"), data: words))
    #expect(unsigned.typeName == "uint16" && rows(unsigned) == [[7], [65534]])
    #expect(rows(unsigned.signed) == [[7], [-2]])
  }

  @Test func safetensorsAreRead() throws {
    let document = Document(
      metadata: [:],
      tensors: [
        "noise": Column(type: .f16, shape: [2], bytes: [0, 0x3C, 0, 0xC0]),
        "brain": Column(type: .bf16, shape: [2], bytes: [0x80, 0x3F, 0, 0xC0]),
        "marks": Column(type: .bool, shape: [2], bytes: [0, 1]),
      ])
    let file = document.serialized()
    for name in ["noise", "brain"] { #expect(rows(try read(file, array: name)) == [[1], [-2]]) }
    expectFault(file, "--array")
    #expect { try read(file, array: "marks") } throws: { "\($0)".contains("BOOL") }
    expectFault(Array(file.dropLast()), "of the document's data, which has 9")
  }

  @Test func damagedArchivesAreRefused() {
    let whole = [("a.npy", ZipSupport.numPy([1, 2], shape: [2]))]
    func changed(_ change: @escaping (inout ZipSupport.Fields) -> Void) -> [UInt8] {
      ZipSupport.archive(whole) { change(&$1) }
    }
    expectFault(changed { $0.checksum ^= 1 }, "checksum")
    expectFault(changed { $0.size += 1 }, "size")
    expectFault(changed { ($0.size, $0.packed) = (0x7FFF_FFFF, 0x7FFF_FFFF) }, "cut short")
    expectFault(changed { $0.method = 12 }, "method 12")
    expectFault(changed { $0.method = 8 }, "damaged")
    expectFault(changed { ($0.method, $0.size) = (8, 0x7FFF_FFFF) }, "absurd")
    expectFault(changed { $0.flags = 1 }, "encrypted")
    expectFault(changed { $0.offset = 0x7FFF_FFFF }, "beyond its end")
    expectFault(changed { $0.offset = 3 }, "does not begin")
    let archive = ZipSupport.archive(whole)
    expectFault(Array(archive.dropLast(30)), "no directory")
    expectFault(Array(archive.dropLast(12)) + [0xFF, 0xFF, 0xFF, 0xFF] + Array(archive.suffix(8)), "damaged")
    // 65535 files, or a ZIP64 record that is not there.
    expectFault(Array(archive.dropLast(12)) + [0xFF, 0xFF] + Array(archive.suffix(10)), "damaged")
  }

  @Test func everyCutOfAnArchiveIsAFault() {
    let archive = torch(tensor(shape: [2, 3], strides: [3, 1]))
    for count in stride(from: 0, to: archive.count, by: 7) {
      #expect(throws: Failure.self) { try read(Array(archive.prefix(count))) }
    }
  }

  @Test func filesOfOtherKindsAreNamed() {
    expectFault([], "empty")
    expectFault([0x80, 2, 0x7D, 0x2E], "no array of numbers")
    expectFault(Array("cnumpy.core.multiarray\n_reconstruct\n".utf8), "protocol=4")
    expectFault([0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0], "a record stream or another file of zstd")
    expectFault(Array("PAR1....".utf8), "a parquet file")
    expectFault(Array("P6 3 3".utf8), "not a file of arrays")
    expectFault(ZipSupport.numPy([1, 2, 3], shape: [2]), "12 bytes")
    expectFault(ZipSupport.numPy([], shape: [0, 3]), "empty")
    expectFault(ZipSupport.numPy([1], shape: [Int.max, 4]), "are not an array")
  }

  @Test(.enabled(if: ForeignPrograms.hasPython, ForeignPrograms.noPython)) func whatNumPyPacksIsRead() throws {
    let line =
      "import numpy; a = numpy.arange(40000, dtype='i2').reshape(200, 200); numpy.savez_compressed('c.npz', a=a)"
    let made = try ProcessRunner.shell("\(ForeignPrograms.python) -c \"\(line)\"", directory: folder.path)
    #expect(made.status == 0, "\(made.errorText)")
    let array = try ForeignArray.read(try InputFile.open(folder.file("c.npz")))
    #expect(array.shape == [200, 200])
    #expect(array.row(199) == (39800..<40000).map { Float(Int16(truncatingIfNeeded: $0)) })
  }
}
