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
    let bytes = type == "|i1" ? values.map { UInt8(bitPattern: Int8($0)) } : values.withUnsafeBytes { Array($0) }
    let file = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + bytes
    return try ForeignArray.read(try InputFile.open(folder.write(file, to: "a.npy")))
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
    let poison = try ForeignPerturbations(array(numbers, [2, 3, 2, 2]), by: .id)
    #expect(try perturbations(poison, [3, 2, 2], labels: [0], ids: [1]) == Array(numbers[12...]))
    let classWise = try ForeignPerturbations(array(numbers, [2, 3, 2, 2]), by: .label)
    #expect(
      try perturbations(classWise, [3, 2, 2], labels: [1, 0], ids: [9, 8]) == Array(numbers[12...] + numbers[..<12]))
    expectFault("its id is 9") { try perturbations(poison, [3, 2, 2], labels: [0], ids: [9]) }
    expectFault("its label is 2") { try perturbations(classWise, [3, 2, 2], labels: [2], ids: [0]) }
  }

  @Test func theNamesOfTheClassesTellWhichItIs() throws {
    let poison = try ForeignPerturbations(array(numbers, [2, 3, 2, 2]))
    #expect(try perturbations(poison, [3, 2, 2], labels: [1], ids: [0], classes: 2) == Array(numbers[12...]))
    #expect(try perturbations(poison, [3, 2, 2], labels: [1], ids: [0], classes: 10) == Array(numbers[..<12]))
    expectFault("--by id or --by label") { try perturbations(poison, [3, 2, 2], labels: [1], ids: [0]) }
  }

  @Test func channelsMayComeFirstOrLast() throws {
    let last = try ForeignPerturbations(array(numbers, [2, 2, 2, 3]), by: .id)
    let planes = (0..<3).flatMap { channel in (0..<4).map { numbers[$0 * 3 + channel] } }
    #expect(try perturbations(last, [3, 2, 2], labels: [0], ids: [0]) == planes)
    let cube = (0..<27).map { Float($0) / 100 }
    expectFault("--layout nchw or --layout nhwc") {
      try perturbations(ForeignPerturbations(array(cube, [1, 3, 3, 3]), by: .id), [3, 3, 3], labels: [0], ids: [0])
    }
    let told = try ForeignPerturbations(array(cube, [1, 3, 3, 3]), by: .id, layout: .nhwc)
    #expect(try perturbations(told, [3, 3, 3], labels: [0], ids: [0])[1] == cube[3])
    expectFault("do not suit") { try perturbations(last, [3, 4, 1], labels: [0], ids: [0]) }
    let grey = try ForeignPerturbations(array(numbers, [6, 2, 2]), by: .id)
    #expect(try perturbations(grey, [1, 2, 2], labels: [0], ids: [1]) == Array(numbers[4..<8]))
  }

  @Test func theScaleFollowsFromTheNumbersOrMustBeTold() throws {
    func first(_ largest: Float, type: String = "<f4", scale: ForeignPerturbations.Scale? = nil) throws -> Float {
      let poison = try ForeignPerturbations(
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
    for value in [Float.nan, .infinity, 256] { expectFault("beyond ±255") { try first(value) } }
  }

  @Test func otherArraysAreRefused() throws {
    expectFault("holds no perturbations") { try ForeignPerturbations(array(numbers, [24])) }
  }
}
