import Records
import TestSupport
import Testing

@testable import Formats

@Suite struct ForeignArrayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: [UInt8], array: String? = nil) throws -> ForeignArray {
    try ForeignArray.read(try InputFile.open(folder.write(bytes, to: "a")), array: array)
  }

  /// Expects a failure of kind data whose message holds the words.
  private func expectFault(
    _ bytes: [UInt8], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(sourceLocation: sourceLocation) { try read(bytes) } throws: {
      ($0 as? Failure)?.kind == .data && "\($0)".contains(words)
    }
  }

  private func text(_ word: String) -> [UInt8] { PickleSupport.text(word) }
  private func global(_ module: String, _ name: String) -> [UInt8] { PickleSupport.global(module, name) }
  private func tensor(
    storage: String = "FloatStorage", key: String = "0", offset: Int = 0, shape: [Int], strides: [Int],
    type: String? = nil
  ) -> [UInt8] {
    PickleSupport.tensor(storage: storage, key: key, offset: offset, shape: shape, strides: strides, type: type)
  }

  private func torch(_ pickle: [UInt8], data: [UInt8]? = nil) -> [UInt8] {
    PickleSupport.torch(pickle, data: data ?? Self.numbers.withUnsafeBytes { Array($0) })
  }

  private static let numbers: [Float] = [0, 1, 2, 3, 4, 5]
  private func rows(_ array: ForeignArray) -> [[Float]] { (0..<array.shape[0]).map(array.row) }

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

  @Test(arguments: [2, 3, 4, 5] as [UInt8]) func barePicklesOfNumPyAreRead(version: UInt8) throws {
    let c = PickleSupport.numPy(Self.numbers, shape: [2, 3], isLatin: version == 2)
    #expect(rows(try read(PickleSupport.bare(c, protocol: version))) == [[0, 1, 2], [3, 4, 5]])
    let fortran = PickleSupport.numPy(Self.numbers, shape: [2, 3], isFortran: true)
    #expect(rows(try read(PickleSupport.bare(fortran, protocol: version))) == [[0, 2, 4], [1, 3, 5]])
    if version == 5 {
      let buffer = PickleSupport.numPyBuffer(Self.numbers, shape: [2, 3])
      #expect(rows(try read(PickleSupport.bare(buffer, protocol: 5))) == [[0, 1, 2], [3, 4, 5]])
      let fortran = PickleSupport.numPyBuffer(Self.numbers, shape: [2, 3], order: "F")
      #expect(rows(try read(PickleSupport.bare(fortran, protocol: 5))) == [[0, 2, 4], [1, 3, 5]])
      // A buffer outside of the pickle.
      expectFault(PickleSupport.bare([0x97], protocol: 5), "buffer_callback")
    }
  }

  @Test func torchsOldFormIsRead() throws {
    let data = Self.numbers.withUnsafeBytes { Array($0) }
    let list =
      [0x5D, 0x28] + tensor(shape: [1], strides: [1]) + tensor(key: "1", offset: 1, shape: [2, 2], strides: [1, 2])
    let both = PickleSupport.oldTorch(list + [0x65], storages: [(6, data), (6, data)])
    #expect(rows(try read(both, array: "1")) == [[1, 3], [2, 4]])
    let one = PickleSupport.oldTorch(tensor(shape: [6], strides: [1]), storages: [(6, data)])
    #expect(rows(try read(one)) == Self.numbers.map { [$0] })
    for count in stride(from: 0, to: one.count, by: 3) {
      #expect(throws: Failure.self) { try read(Array(one.prefix(count))) }
    }
    var absurd = one
    absurd.replaceSubrange(absurd.count - 32..<absurd.count - 24, with: [UInt8](repeating: 0xFF, count: 8))
    expectFault(absurd, "cut short")
  }

  /// pickle.dump of a tensor holds its storage as a file of torch.save's old form.
  @Test func aPickledTensorIsRead() throws {
    let data = Self.numbers.withUnsafeBytes { Array($0) }
    let storage: [UInt8] =
      [0x28] + text("storage") + global("torch", "FloatStorage") + text("0") + text("cpu") + [0x4B, 6] + [0x74, 0x51]
    let inner = PickleSupport.oldTorch(storage, storages: [(6, data)])
    let loaded =
      global("torch.storage", "_load_from_bytes") + [0x42] + ZipSupport.number(inner.count, 4) + inner + [0x85, 0x52]
    let pickle =
      global("torch._utils", "_rebuild_tensor_v2") + [0x28] + loaded + [0x4B, 0] + PickleSupport.tuple([2, 3])
      + PickleSupport.tuple([3, 1]) + [0x89, 0x4E, 0x74, 0x52]
    #expect(rows(try read(PickleSupport.bare(pickle))) == [[0, 1, 2], [3, 4, 5]])
    expectFault(PickleSupport.bare(tensor(shape: [6], strides: [1])), "missing")
  }

  @Test func dictionariesWithinEachOtherAreNamedByPoints() throws {
    let inner = [0x7D] + text("perturbation") + tensor(shape: [2], strides: [1]) + [0x73]
    let list = [0x5D, 0x28] + tensor(offset: 4, shape: [2], strides: [1]) + inner + [0x65]
    let nested = torch([0x7D, 0x28] + text("state") + list + text("epoch") + [0x4B, 3, 0x75])
    expectFault(nested, "\"state.0\", \"state.1.perturbation\"")
    #expect(rows(try read(nested, array: "state.0")) == [[4], [5]])
    #expect(rows(try read(nested, array: "state.1.perturbation")) == [[0], [1]])
    // A list that holds itself twice over has no end.
    expectFault(torch([0x5D, 0x71, 0, 0x68, 0, 0x61, 0x68, 0, 0x61]), "no array")
  }

  /// What `torch.save([...])` of a perturbation a picture gives, or a dictionary of them by their numbers.
  @Test func aListOfPicturesArraysIsOneArray() throws {
    func picture(_ offset: Int, _ shape: [Int] = [1, 1, 2]) -> [UInt8] {
      tensor(offset: offset, shape: shape, strides: [2, 2, 1])
    }
    let list = try read(torch([0x5D, 0x28] + picture(4) + picture(0) + [0x65]))
    #expect(list.shape == [2, 1, 1, 2] && rows(list) == [[4, 5], [0, 1]])
    let keyed = try read(torch([0x7D, 0x28, 0x4B, 1] + picture(4) + [0x4B, 0] + picture(2) + [0x75]))
    #expect(rows(keyed) == [[2, 3], [4, 5]])
    // Of several shapes, and of other numbers, none is the one that is meant.
    expectFault(torch([0x5D, 0x28] + picture(4) + picture(0, [1, 1, 1]) + [0x65]), "holds 2 arrays (\"0\", \"1\")")
    expectFault(torch([0x7D, 0x28, 0x4B, 1] + picture(4) + [0x4B, 2] + picture(2) + [0x75]), "say which with --array")
  }

  @Test func aListOfIntegersIsAnArray() throws {
    let list = try read(PickleSupport.bare([0x5D, 0x28, 0x4B, 3, 0x4B, 9, 0x65]))
    #expect(list.shape == [2] && list.isInteger && rows(list) == [[3], [9]])
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

  @Test func hostilePicklesAreRefused() {
    expectFault(torch(tensor(offset: 3, shape: [2, 2], strides: [2, 1])), "contiguous")
    expectFault(torch(tensor(offset: 7, shape: [1], strides: [1])), "beyond its storage")
    expectFault(torch(tensor(offset: -1, shape: [1], strides: [1])), "beyond its storage")
    expectFault(
      torch(tensor(shape: [Int(Int32.max), Int(Int32.max), Int(Int32.max)], strides: [1, 1, 1])), "not known")
    expectFault(torch(tensor(shape: [-1], strides: [1])), "not known")
    expectFault(torch(tensor(shape: [2, 3], strides: [1, 3])), "beyond its bytes")
    expectFault(torch(tensor(shape: [2, 3], strides: [-1, 2])), "beyond its bytes")
    expectFault(torch(tensor(shape: [2, 3], strides: [Int(Int32.max), 1])), "beyond its bytes")
    expectFault(torch(tensor(shape: [900, 900, 900], strides: [0, 0, 0])), "contiguous")
    expectFault(torch(tensor(key: "../0", shape: [1], strides: [1])), "missing")
    expectFault(torch(tensor(storage: "ComplexFloatStorage", shape: [1], strides: [1])), "ComplexFloat")
    expectFault(torch(tensor(storage: "UntypedStorage", shape: [1], strides: [1])), "UntypedStorage")
    // os.system("true"), which a Python would call.
    expectFault(torch(global("os", "system") + [0x28] + text("true") + [0x74, 0x52]), "no array")
    expectFault(torch([0x49, 0x31, 0x0A]), "operation 73")
    expectFault(torch([0x52]), "damaged")
    expectFault(torch([0x68, 9]), "damaged")
    expectFault(torch([0x58, 0xFF, 0xFF, 0xFF, 0x7F]), "damaged")
    expectFault(torch([0x8D] + [UInt8](repeating: 0xFF, count: 8)), "damaged")
    // A list that holds itself, and tuples in tuples without end.
    expectFault(torch([0x5D, 0x71, 0, 0x68, 0, 0x61]), "no array")
    expectFault(torch([0x29] + [UInt8](repeating: 0x85, count: 200_000)), "no array")
    expectFault(torch([UInt8](repeating: 0x29, count: 1 << 20)), "operations")
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
