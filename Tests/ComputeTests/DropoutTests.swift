import Compute
import TestSupport
import Testing

@Suite struct DropoutTests {
  static let cases: [OperationCase] = [[3, 7], [1, 33], [2, 3, 5, 4]].map { shape in
    OperationCase("dropout \(shape)", inputs: [shape], step: 0.5) { x, _ in
      dropout(x[0], rate: 0.4, seed: 1, ids: Array(5..<5 + shape[0]), step: 2)
    }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  private func kept(_ ids: [Int], rate: Float = 0.2, seed: UInt64 = 1, step: Int = 1) -> [Float] {
    let ones = [Float](repeating: 1, count: ids.count * 5000)
    return dropout(Tensor(ones, shape: [ids.count, 5000]), rate: rate, seed: seed, ids: ids, step: step).values
  }

  @Test func aFifthIsDroppedAndTheMeanStays() {
    let values = kept([0, 1])
    #expect(Set(values) == [0, 1.25])
    #expect((values.reduce(0, +) / 10_000 - 1).magnitude < 0.02)
    #expect(Set(kept([0], rate: 0)) == [1])
  }

  /// A record's numbers do not depend on the batch that it is in.
  @Test func numbersFollowTheRecordTheStepAndTheSeed() {
    let both = kept([7, 8])
    #expect(Array(both[..<5000]) == kept([7]) && Array(both[5000...]) == kept([8]))
    #expect(kept([7]) != kept([8]) && kept([7]) != kept([7], step: 2) && kept([7]) != kept([7], seed: 2))
  }
}
