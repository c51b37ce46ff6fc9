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

  private func text(_ word: String) -> [UInt8] { [0x58] + ZipSupport.number(word.utf8.count, 4) + Array(word.utf8) }
  private func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  /// The pickle of a tensor: (storage, offset, size, stride, False, OrderedDict()).
  private func tensor(
    storage: String = "FloatStorage", key: String = "0", offset: Int = 0, shape: [Int], strides: [Int]
  ) -> [UInt8] {
    func tuple(_ numbers: [Int]) -> [UInt8] {
      [0x28] + numbers.flatMap { [0x4A] + ZipSupport.number($0, 4) } + [0x74]
    }
    let persistent: [UInt8] =
      [0x28] + text("storage") + global("torch", storage) + text(key) + text("cpu") + [0x4B, 6] + [0x74, 0x51]
    return global("torch._utils", "_rebuild_tensor_v2") + [0x28] + persistent + [0x4A] + ZipSupport.number(offset, 4)
      + tuple(shape) + tuple(strides) + [0x89] + global("collections", "OrderedDict") + [0x29, 0x52] + [0x74, 0x52]
  }

  private func torch(_ pickle: [UInt8], data: [UInt8]? = nil) -> [UInt8] {
    let numbers: [Float] = [0, 1, 2, 3, 4, 5]
    return ZipSupport.archive([
      ("p/data.pkl", [0x80, 2] + pickle + [0x2E]), ("p/byteorder", Array("little".utf8)),
      ("p/data/0", data ?? numbers.withUnsafeBytes { Array($0) }), ("p/version", [0x33, 0x0A]),
    ])
  }

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
    let numbers = [0x7D] + text("epoch") + [0x4B, 9, 0x73]
    expectFault(torch(numbers), "no array")
  }

  @Test func hostilePicklesAreRefused() {
    expectFault(torch(tensor(offset: 3, shape: [2, 2], strides: [2, 1])), "beyond its storage")
    expectFault(torch(tensor(offset: -1, shape: [1], strides: [1])), "beyond its storage")
    expectFault(
      torch(tensor(shape: [Int(Int32.max), Int(Int32.max), Int(Int32.max)], strides: [1, 1, 1])), "not known")
    expectFault(torch(tensor(shape: [-1], strides: [1])), "not known")
    expectFault(torch(tensor(shape: [2, 3], strides: [1, 2])), "contiguous")
    expectFault(torch(tensor(key: "../0", shape: [1], strides: [1])), "missing")
    expectFault(torch(tensor(storage: "BFloat16Storage", shape: [1], strides: [1])), "BFloat16")
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
    expectFault([0x80, 2, 0x7D, 0x2E], "bare pickle")
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
