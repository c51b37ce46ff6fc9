import Records
import Testing

@testable import Training

@Suite struct CheckpointTensorsTests {
  private func counts(_ values: [Int]) throws -> [Int] {
    try CheckpointTensors(["steps": Column(values, shape: [values.count])], file: "m.part")
      .counts("steps", shape: [values.count])
  }

  /// A count that the next step cannot add to would end the program.
  @Test(arguments: [-1, Int.max, (1 << 53) + 1]) func countsThatNoTrainingReachesAreRefused(_ value: Int) {
    let failure = #expect(throws: Failure.self) { try counts([3, value]) }
    #expect(failure == Failure(.data, "m.part: the tensor steps holds counts that no training reaches"))
  }

  @Test func countsAreRead() throws { #expect(try counts([0, 7, 1 << 53]) == [0, 7, 1 << 53]) }
}
