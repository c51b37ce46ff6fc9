import Records
import Testing

@testable import Poisons

@Suite struct AutoregressiveProcessesTests {
  private func perturbations(
    _ poison: inout AutoregressiveProcesses, _ shape: [Int], labels: [Int], ids: [Int]
  ) throws -> [[Float]] {
    let targets = PoisonTargets(shape: shape, labels: labels, ids: ids, rows: Array(ids.indices))
    let all = try poison.perturbations(of: targets) { Failure(.data, "\($0): \($1)") }
    return ids.indices.map { Array(all[$0 * targets.length..<($0 + 1) * targets.length]) }
  }

  private func norm(_ values: some Sequence<Float>) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  @Test(arguments: [[3, 32, 32], [3, 9, 14], [1, 8, 8], [3, 1, 1]])
  func everyPerturbationHasTheNorm(_ shape: [Int]) throws {
    var poison = AutoregressiveProcesses(norm: 1.5, seed: 0)
    for values in try perturbations(&poison, shape, labels: [0, 1, 2], ids: [5, 6, 7]) {
      #expect((norm(values) - 1.5).magnitude < 1e-5)
    }
  }

  @Test func aFilterAnnihilatesItsOwnClassAndNoOther() throws {
    var poison = AutoregressiveProcesses(seed: 3)
    let labels = Array(0..<10)
    let all = try perturbations(&poison, [3, 32, 32], labels: labels, ids: Array(40..<50))
    for filterLabel in labels {
      let filter = poison.filter(label: filterLabel, shape: [3, 32, 32])
      for (label, values) in zip(labels, all) {
        let left = norm(filter.residual(values, height: 32, width: 32))
        if label == filterLabel { #expect(left < 1e-5) } else { #expect(left > 0.2, "\(filterLabel) on \(label)") }
      }
    }
  }

  /// The published rule for ten classes: a class's runs are answered by at least 10 from every filter before.
  @Test func everyClassIsAnsweredAsThePublishedRuleWants() {
    var filters: [AutoregressiveFilter] = []
    let search = AutoregressiveSearch(channels: 3, height: 32, width: 32, seed: 0)
    for label in 0..<4 {
      let found = search.process(of: label, besides: filters, wanted: 10)
      if label > 0 { #expect(found.answer ?? 0 >= 10) }
      filters.append(found.filter)
    }
    #expect(search.process(of: 3, besides: Array(filters[..<3]), wanted: 10).filter == filters[3])
  }

  @Test func aBarThatNoProcessReachesIsTold() throws {
    let search = AutoregressiveSearch(channels: 1, height: 4, width: 4, seed: 0, patience: 64)
    let first = search.process(of: 0, besides: [], wanted: 10)
    #expect(first.answer == nil)
    let second = search.process(of: 1, besides: [first.filter], wanted: 1000)
    #expect(second.answer.map { $0 > 0 && $0 < 1000 } == true)
    var poison = AutoregressiveProcesses(seed: 0, patience: 64, answers: (few: 1000, many: 1000))
    _ = try perturbations(&poison, [1, 8, 8], labels: [2], ids: [0])
    #expect(poison.finish()?.contains("classes 1, 2, the weakest answer") == true)
    var alone = AutoregressiveProcesses(seed: 0, patience: 64)
    _ = try perturbations(&alone, [1, 8, 8], labels: [0], ids: [0])
    #expect(alone.finish() == nil)
  }

  @Test func coefficientsSumToOneAndLeaveTheirPlaceOut() {
    var poison = AutoregressiveProcesses(seed: 1)
    for label in 0..<3 {
      for weights in poison.filter(label: label, shape: [3, 16, 16]).coefficients {
        #expect(weights.count == 9)
        #expect(weights[8] == 0)
        #expect((weights.reduce(0, +) - 1).magnitude < 1e-4)
      }
    }
  }

  /// A process whose every element is the one to its left continues the random first columns of the uncropped signal.
  @Test func aKnownProcessRunsAsTheFormulaSays() {
    let left = AutoregressiveFilter(coefficients: [[0, 0, 0, 0, 0, 0, 0, 1, 0]])
    let picture = left.picture(height: 3, width: 5, seed: 0, purpose: "test", record: 0)
    for row in 0..<3 { #expect(Set(picture[row * 5..<(row + 1) * 5]).count == 1) }
    #expect(Set(picture).count == 3)
    #expect(left.residual(picture, height: 3, width: 5) == [0, 0, 0])
  }

  @Test func aRecordsPerturbationFollowsFromSeedLabelAndId() throws {
    var (poison, again) = (AutoregressiveProcesses(seed: 0), AutoregressiveProcesses(seed: 0))
    let together = try perturbations(&poison, [3, 8, 8], labels: [2, 0, 1], ids: [9, 8, 7])
    #expect(try perturbations(&again, [3, 8, 8], labels: [1], ids: [7])[0] == together[2])
    var other = AutoregressiveProcesses(seed: 1)
    #expect(try perturbations(&other, [3, 8, 8], labels: [1], ids: [7])[0] != together[2])
  }

  @Test(arguments: [-1, 4096, Int.max]) func absurdLabelsAreNamed(_ label: Int) {
    var poison = AutoregressiveProcesses(seed: 0)
    #expect { try perturbations(&poison, [3, 8, 8], labels: [0, label], ids: [0, 1]) } throws: {
      "\($0)".hasPrefix("1: label \(label)")
    }
  }
}
