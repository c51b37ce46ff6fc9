import Formats
import Records
import TestSupport
import Testing

@testable import Poisons

@Suite struct ForeignPerturbationsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An array that NumPy could have written.
  private func array(_ values: [Float], _ shape: [Int], type: String = "<f4") throws -> ForeignArray {
    let words = shape.map { "\($0), " }.joined()
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(words)), }\n".utf8)
    let bytes =
      switch type {
      case "|i1": values.map { UInt8(bitPattern: Int8($0)) }
      case "|u1": values.map { UInt8($0) }
      default: values.withUnsafeBytes { Array($0) }
      }
    let file = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + bytes
    return try ForeignArray.read(try InputFile.open(folder.write(file, to: "a.npy")))
  }

  /// The perturbations of an array of which something is told.
  private func made(
    _ array: ForeignArray, by assignment: ForeignPerturbations.Assignment? = nil,
    scale: ForeignPerturbations.Scale? = nil, layout: PictureLayout? = nil, fit: PerturbationFit? = nil,
    allowsMismatch: Bool = false, share: PoisonedShare = .all
  ) throws -> ForeignPerturbations {
    var options = ForeignPerturbations.Options()
    (options.assignment, options.scale, options.layout, options.fit) = (assignment, scale, layout, fit)
    options.allowsMismatch = allowsMismatch
    return try ForeignPerturbations(array, options, share: share)
  }

  private func perturbations(
    _ poison: ForeignPerturbations, _ shape: [Int], labels: [Int], ids: [Int], classes: Int? = nil
  ) throws -> [Float] {
    var poison = poison
    let targets = PoisonTargets(
      shape: shape, labels: labels, ids: ids, rows: Array(ids.indices), classes: classes)
    return try poison.perturbations(of: targets) { Failure(.data, "\($0): \($1)") }
  }

  private func expectFault(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Any
  ) {
    #expect(sourceLocation: sourceLocation) { _ = try body() } throws: {
      ($0 as? Failure)?.kind == .data && "\($0)".contains(words)
    }
  }

  private let numbers: [Float] = (0..<24).map { Float($0) / 100 }

  @Test func rowsAreFoundByIdOrByLabel() throws {
    let poison = try made(array(numbers, [2, 3, 2, 2]), by: .id)
    #expect(try perturbations(poison, [3, 2, 2], labels: [0], ids: [1]) == Array(numbers[12...]))
    let classWise = try made(array(numbers, [2, 3, 2, 2]), by: .label)
    #expect(
      try perturbations(classWise, [3, 2, 2], labels: [1, 0], ids: [9, 8]) == Array(numbers[12...] + numbers[..<12]))
    expectFault("its id is 9") { try perturbations(poison, [3, 2, 2], labels: [0], ids: [9]) }
    expectFault("its label is 2") { try perturbations(classWise, [3, 2, 2], labels: [2], ids: [0]) }
  }

  @Test func theNamesOfTheClassesTellWhichItIs() throws {
    let poison = try made(array(numbers, [2, 3, 2, 2]))
    #expect(try perturbations(poison, [3, 2, 2], labels: [1], ids: [0], classes: 2) == Array(numbers[12...]))
    #expect(try perturbations(poison, [3, 2, 2], labels: [1], ids: [0], classes: 10) == Array(numbers[..<12]))
    expectFault("--by id or --by label") { try perturbations(poison, [3, 2, 2], labels: [1], ids: [0]) }
  }

  @Test func channelsMayComeFirstOrLast() throws {
    let last = try made(array(numbers, [2, 2, 2, 3]), by: .id)
    let planes = (0..<3).flatMap { channel in (0..<4).map { numbers[$0 * 3 + channel] } }
    #expect(try perturbations(last, [3, 2, 2], labels: [0], ids: [0]) == planes)
    let cube = (0..<27).map { Float($0) / 200 }
    expectFault("--layout nchw or --layout nhwc") {
      try perturbations(made(array(cube, [1, 3, 3, 3]), by: .id), [3, 3, 3], labels: [0], ids: [0])
    }
    let told = try made(array(cube, [1, 3, 3, 3]), by: .id, layout: .nhwc)
    #expect(try perturbations(told, [3, 3, 3], labels: [0], ids: [0])[1] == cube[3])
    expectFault("do not suit") { try perturbations(last, [3, 4, 1], labels: [0], ids: [0]) }
    let grey = try made(array(numbers, [6, 2, 2]), by: .id)
    #expect(try perturbations(grey, [1, 2, 2], labels: [0], ids: [1]) == Array(numbers[4..<8]))
  }

  @Test func theScaleFollowsFromTheNumbersOrMustBeTold() throws {
    func first(_ largest: Float, type: String = "<f4", scale: ForeignPerturbations.Scale? = nil) throws -> Float {
      let poison = try made(
        array([largest] + [Float](repeating: 0, count: 11), [1, 3, 2, 2], type: type), by: .id, scale: scale)
      return try perturbations(poison, [3, 2, 2], labels: [0], ids: [0])[0]
    }
    #expect(try first(0.03) == 0.03)
    #expect(try first(-8) == -8 / 255)
    #expect(try first(-8, type: "|i1") == -8 / 255)
    #expect(try first(1, type: "|i1") == 1 / 255)
    expectFault("--scale unit or --scale byte") { try first(1) }
    #expect(try first(1, scale: .unit) == 1)
    #expect(try first(1, scale: .byte) == 1 / 255)
    expectFault("beyond ±1") { try first(8, scale: .unit) }
    for value in [Float.infinity, 256] { expectFault("beyond ±255") { try first(value) } }
    expectFault("not a number") { try first(.nan) }
  }

  /// Pictures are no perturbations, nor are signed bytes that were saved as unsigned, unless it is told that they are.
  @Test func valuesThatNoPerturbationHasAreRefused() throws {
    let pictures = (0..<24).map { Float($0 * 11) }
    expectFault("that of pictures") { try made(array(pictures, [2, 3, 2, 2], type: "|u1"), by: .id) }
    expectFault("that of pictures") { try made(array(pictures.map { $0 / 255 }, [2, 3, 2, 2]), by: .id) }
    #expect(try made(array(pictures, [2, 3, 2, 2], type: "|u1"), scale: .byte).finish() == nil)
    expectFault("more than a perturbation has") {
      try made(array(pictures.map { $0 - 126 }, [2, 3, 2, 2]), by: .id)
    }
    let wrapped = (0..<24).map { Float($0 % 2 == 0 ? 8 : 248) }
    let unsigned = try array(wrapped, [2, 3, 2, 2], type: "|u1")
    expectFault("--signed") { try made(unsigned) }
    let signed = try made(unsigned.signed, by: .id)
    #expect(try perturbations(signed, [3, 2, 2], labels: [0], ids: [0])[..<2] == [8 / 255, -8 / 255])
    // Small unsigned numbers may be what they claim.
    #expect(try made(array(numbers.indices.map { Float($0 % 9) }, [2, 3, 2, 2], type: "|u1")).finish() == nil)
  }

  @Test func idsThatOccurTwiceAndRowsOfNoRecordAreRefused() throws {
    func use(_ ids: [Int], allowsMismatch: Bool = false, share: PoisonedShare = .all) throws -> String? {
      var poison = try made(
        array(numbers, [2, 3, 2, 2]), by: .id, allowsMismatch: allowsMismatch, share: share)
      for id in ids {
        _ = try poison.perturbations(of: PoisonTargets(shape: [3, 2, 2], labels: [0], ids: [id], rows: [0])) {
          Failure(.data, "\($0): \($1)")
        }
      }
      return try poison.finish()
    }
    #expect(try use([1, 0]) == "perturbations by id, scale unit; 2 of 2 used, 0 not")
    expectFault("the id 1 occurs a second time") { try use([1, 1]) as Any }
    expectFault("1 of 2 perturbations belong to no record, such as that of id 0") { try use([1]) as Any }
    #expect(try use([1, 1], allowsMismatch: true) == "perturbations by id, scale unit; 1 of 2 used, 1 not")
    // Records that are not to be poisoned need none.
    let share = PoisonedShare(rate: 1, seed: 0, of: IDList(name: "list", ids: [1]))
    #expect(try use([1], share: share) == "perturbations by id, scale unit; 1 of 2 used, 1 not")
  }

  @Test func oneMayBeForAll() throws {
    for (values, shape) in [([1, 3, 2, 2], [3, 2, 2]), ([3, 2, 2], [3, 2, 2])] {
      let poison = try made(array(Array(numbers[..<12]), values))
      #expect(try perturbations(poison, shape, labels: [4, 5], ids: [7, 9]) == Array(numbers[..<12] + numbers[..<12]))
    }
    let last = try made(array(Array(numbers[..<12]), [2, 2, 3]))
    #expect(try perturbations(last, [3, 2, 2], labels: [4], ids: [7])[1] == numbers[3])
    expectFault("not one for all") {
      try perturbations(made(array(numbers, [2, 3, 2, 2]), by: .all), [3, 2, 2], labels: [0], ids: [0])
    }
  }

  @Test func perturbationsOfAnotherSizeFitAsTold() throws {
    func fitted(_ fit: PerturbationFit?, _ array: ForeignArray, to shape: [Int]) throws -> [Float] {
      try perturbations(made(array, by: .id, fit: fit), shape, labels: [0], ids: [0])
    }
    let square = try array((0..<16).map { Float($0) / 100 }, [1, 1, 4, 4])
    expectFault("--fit crop, resize, pad or centre") { try fitted(nil, square, to: [1, 2, 2]) }
    let middle: [Float] = [0.05, 0.06, 0.09, 0.1]
    #expect(try fitted(.crop, square, to: [1, 2, 2]) == middle)
    #expect(try fitted(.centre, square, to: [1, 2, 2]) == middle)
    expectFault("--fit pad, centre or resize") { try fitted(.crop, square, to: [1, 5, 2]) }
    expectFault("--fit crop, centre or resize") { try fitted(.pad, square, to: [1, 2, 2]) }
    let patch = try array([0.01, 0.02, 0.03, 0.04], [1, 1, 2, 2])
    // As the published code places it: half of the picture less half of the patch.
    let placed: [Float] = [0, 0, 0, 0, 0, 0.01, 0.02, 0, 0, 0.03, 0.04, 0, 0, 0, 0, 0]
    #expect(try fitted(.pad, patch, to: [1, 4, 4]) == placed)
    #expect(try fitted(.centre, patch, to: [1, 4, 4]) == placed)
    #expect(try fitted(.centre, patch, to: [1, 5, 1]).filter { $0 != 0 } == [0.02, 0.04])
    // The middle of four and of one: each the mean of its neighbours.
    let halved = try fitted(.resize, square, to: [1, 1, 1])
    #expect((halved[0] - 0.075).magnitude < 1e-6)
    let doubled = try fitted(.resize, patch, to: [1, 2, 4])
    for (found, expected) in zip(doubled, [0.01, 0.0125, 0.0175, 0.02, 0.03, 0.0325, 0.0375, 0.04] as [Float]) {
      #expect((found - expected).magnitude < 1e-6)
    }
    let colour = try array((0..<12).map { Float($0) / 100 }, [1, 2, 2, 3])
    #expect(try fitted(.crop, colour, to: [3, 1, 1]).count == 3)
  }

  @Test func otherArraysAreRefused() throws {
    expectFault("holds no perturbations") { try made(array(numbers, [24])) }
  }
}
