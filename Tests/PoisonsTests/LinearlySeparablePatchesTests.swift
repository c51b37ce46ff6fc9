import Poisons
import Records
import Testing

@Suite struct LinearlySeparablePatchesTests {
  private func perturbations(
    _ shape: [Int], labels: [Int], ids: [Int], norm: Float = 1, seed: UInt64 = 0
  ) throws -> [[Float]] {
    var poison = LinearlySeparablePatches(norm: norm, seed: seed)
    let targets = PoisonTargets(shape: shape, labels: labels, ids: ids, rows: Array(ids.indices))
    let all = try poison.perturbations(of: targets) { Failure(.data, "\($0): \($1)") }
    let length = shape.reduce(1, *)
    #expect(all.count == length * ids.count)
    return ids.indices.map { Array(all[$0 * length..<($0 + 1) * length]) }
  }

  @Test(arguments: [[3, 32, 32], [3, 20, 12], [1, 8, 8], [3, 1, 1]])
  func everyPerturbationHasTheNorm(_ shape: [Int]) throws {
    for values in try perturbations(shape, labels: [0, 1, 2], ids: [5, 6, 7], norm: 1.5) {
      let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect((norm - 1.5).magnitude < 1e-5)
    }
  }

  /// Before anything of their size is made.
  @Test(arguments: [([3, 4000, 3000], 0), ([3, 1 << 19, 1 << 19], 0), ([3, 224, 224], 1_048_575)])
  func whatNoMemoryHoldsIsAFault(_ shape: [Int], _ label: Int) {
    var poison = LinearlySeparablePatches(seed: 0)
    let targets = PoisonTargets(shape: shape, labels: [label], ids: [0], rows: [0])
    #expect(throws: Failure.self) { try poison.perturbations(of: targets) { Failure(.data, "\($0): \($1)") } }
  }

  @Test func patchesAreOfOneColour() throws {
    for values in try perturbations([3, 20, 12], labels: [0, 1], ids: [1, 2]) {
      for channel in 0..<3 {
        for y in 0..<20 {
          for x in 0..<12 {
            let corner = channel * 240 + y / 8 * 8 * 12 + x / 8 * 8
            #expect(values[channel * 240 + y * 12 + x] == values[corner])
          }
        }
      }
    }
  }

  @Test func aLinearRuleTellsTheClassesApart() throws {
    // The mean perturbation of each class, from some records, classifies other records by its inner product.
    let labels = (0..<400).map { $0 % 10 }
    let all = try perturbations([3, 32, 32], labels: labels, ids: Array(0..<400))
    var means = [[Float]](repeating: [Float](repeating: 0, count: 3072), count: 10)
    for (values, label) in zip(all, labels).prefix(200) {
      for index in values.indices { means[label][index] += values[index] }
    }
    for (values, label) in zip(all, labels).suffix(200) {
      let scores = means.map { zip($0, values).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
      #expect(scores.indices.max { scores[$0] < scores[$1] } == label)
    }
  }

  @Test func recordsOfAClassDiffer() throws {
    let all = try perturbations([3, 32, 32], labels: [4, 4], ids: [0, 1])
    #expect(all[0] != all[1])
  }

  @Test func aRecordsPerturbationFollowsFromSeedLabelAndId() throws {
    let together = try perturbations([3, 8, 8], labels: [2, 0, 1], ids: [9, 8, 7])
    let alone = try perturbations([3, 8, 8], labels: [1], ids: [7])
    #expect(together[2] == alone[0])
    #expect(try perturbations([3, 8, 8], labels: [1], ids: [7], seed: 1)[0] != alone[0])
  }

  @Test func moreClassesThanCornersStillWork() throws {
    // A picture of one pixel has 3 features, so 8 corners.
    #expect(try perturbations([3, 1, 1], labels: [20], ids: [0]).count == 1)
  }

  @Test(arguments: [-1, 1 << 20, Int.max]) func absurdLabelsAreNamed(_ label: Int) {
    #expect { try perturbations([3, 8, 8], labels: [0, label], ids: [0, 1]) } throws: {
      "\($0)".hasPrefix("1: label \(label)")
    }
  }
}
