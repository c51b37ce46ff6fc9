import Records
import TestSupport
import Testing

@testable import Formats

/// What pickles hold: bare ones, and those of torch.save in its two forms.
extension ForeignArrayTests {
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
      // Transposed: the shape as it lies, and which of its dimensions each of the array's is.
      let moved = PickleSupport.numPyBuffer(Self.numbers, shape: [1, 2, 3], order: "K", axes: [2, 0, 1])
      let array = try read(PickleSupport.bare(moved, protocol: 5))
      #expect(array.shape == [3, 1, 2] && rows(array) == [[0, 3], [1, 4], [2, 5]])
      let twice = PickleSupport.numPyBuffer(Self.numbers, shape: [1, 2, 3], order: "K", axes: [2, 0, 0])
      expectFault(PickleSupport.bare(twice, protocol: 5), "not known")
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
    expectFault(torch([0x5D, 0x71, 0, 0x68, 0, 0x61, 0x68, 0, 0x61]), "more than 16 deep")
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

  /// A perturbation a picture of a whole data set, each a part of one storage: found once, or it would take hours.
  @Test func aListMayBeLong() throws {
    let count = 50_000
    let pictures = (0..<count).flatMap { tensor(offset: $0 * 3, shape: [3, 1, 1], strides: [1, 1, 1]) }
    let values = (0..<count * 3).map { Float($0) }
    let list = try read(
      torch([0x5D, 0x28] + pictures + [0x65], data: values.withUnsafeBytes { Array($0) }))
    #expect(list.shape == [count, 3, 1, 1] && list.row(count - 1) == Array(values.suffix(3)))
  }

  @Test func aListOfIntegersIsAnArray() throws {
    let list = try read(PickleSupport.bare([0x5D, 0x28, 0x4B, 3, 0x4B, 9, 0x65]))
    #expect(list.shape == [2] && list.isInteger && rows(list) == [[3], [9]])
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
    expectFault(torch([0x5D, 0x71, 0, 0x68, 0, 0x61]), "more than 16 deep")
    expectFault(torch([0x29] + [UInt8](repeating: 0x85, count: 200_000)), "more than 16 deep")
    expectFault(torch([UInt8](repeating: 0x29, count: 1 << 22)), "operations")
    // A list of the empty tuple, more often than is looked at: an array behind it would not be seen.
    expectFault(
      torch([0x5D, 0x28, 0x29, 0x71, 0] + [UInt8](repeating: 0x32, count: 1 << 20) + [0x65]), "holds more than")
  }
}
