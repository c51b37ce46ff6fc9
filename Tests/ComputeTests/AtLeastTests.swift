import Compute
import TestSupport
import Testing

@Suite struct AtLeastTests {
  static let cases: [OperationCase] = [
    OperationCase("at least, above the floor", values: [NumberArray([0.75], shape: [])], step: 0.25) { x, _ in
      atLeast(x[0], 0.25)
    }
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  /// The gradient passes at the floor itself, as it does through PyTorch's clamp.
  @Test(arguments: [(2.0, 2.0, 3.0), (1.0, 1.0, 3.0), (0.5, 1.0, nil), (-4.0, 1.0, nil)] as [(Float, Float, Float?)])
  func theFloorStopsTheGradient(_ x: Float, _ expected: Float, _ slope: Float?) {
    let tape = Tape()
    let input = Tensor([x], shape: [], tape: tape)
    let y = atLeast(input, 1)
    #expect(y.scalar == expected)
    tape.backward(from: y, gradient: [3])
    #expect(input.gradientValues == slope.map { [$0] })
  }

  @Test func notANumberStaysNotANumber() {
    #expect(atLeast(Tensor([.nan], shape: []), 1).scalar.isNaN)
  }
}
