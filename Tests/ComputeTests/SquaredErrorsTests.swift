import Compute
import TestSupport
import Testing

@Suite struct MeanSquaredErrorTests {
  static let cases: [OperationCase] = [
    OperationCase("mean squared error", inputs: [[3, 7, 9, 5], [3, 7, 9, 5]], step: 0.25) { x, _ in
      meanSquaredError(x[0], x[1])
    },
    OperationCase("mean squared error of one", inputs: [[1, 19], [1, 19]], step: 0.25) { x, _ in
      meanSquaredError(x[0], x[1])
    },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test(arguments: [1, 17, 100_003]) func equalsItsDefinition(_ count: Int) {
    let (x, t) = (NumberArray.uniform([count], "x"), NumberArray.uniform([count], "t"))
    let error = meanSquaredError(Tensor(x.floats, shape: [count]), Tensor(t.floats, shape: [count]))
    let sum = zip(x.doubles, t.doubles).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    expectClose(error.values, [sum / Double(count)], within: 2e-7, "error")
  }
}

@Suite struct MeanSquareTests {
  static let cases: [OperationCase] = [
    OperationCase("mean square", inputs: [[3, 7, 9, 5]], step: 0.25) { x, _ in meanSquare(x[0]) },
    OperationCase("mean square of one", inputs: [[1]], step: 0.25) { x, _ in meanSquare(x[0]) },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  /// Counts of several pieces and of a broken vector.
  @Test(arguments: [1, 17, 1024, 100_003]) func equalsItsDefinition(_ count: Int) {
    let x = NumberArray.uniform([count], "x")
    let tape = Tape()
    let input = Tensor(x.floats, shape: [count], tape: tape)
    let mean = meanSquare(input)
    tape.backward(from: mean)
    expectClose(mean.values, [x.doubles.reduce(0) { $0 + $1 * $1 } / Double(count)], within: 2e-7, "mean square")
    expectClose(input.gradientValues, x.doubles.map { 2 * $0 / Double(count) }, within: 2e-7, "gradient")
  }
}

@Suite struct ClampedResidualErrorTests {
  /// Sums x̂ + p̂ inside [0, 1], above and below, all further from the ends than a gradient check moves.
  private static let shape = [3, 7, 9, 5]
  private static let reconstruction = NumberArray.uniform(shape, "reconstruction", 0.3, 0.7)
  private static let perturbation = NumberArray(
    NumberArray.uniform(shape, "perturbation", -0.2, 0.2).floats.enumerated().map { index, value in
      value + [0, 0, 1, -1][index % 4]
    }, shape: shape)
  private static let target = NumberArray.uniform(shape, "target", 0, 1)

  static let cases: [OperationCase] = [
    OperationCase("clamped residual error", values: [reconstruction, perturbation]) { x, _ in
      clampedResidualError(
        reconstruction: x[0], perturbation: x[1], target: Tensor(target.floats, shape: target.shape))
    }
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func equalsItsDefinition() {
    let tape = Tape()
    let (x, p) = (Self.tensor(Self.reconstruction, tape), Self.tensor(Self.perturbation, tape))
    let error = clampedResidualError(reconstruction: x, perturbation: p, target: Self.tensor(Self.target, nil))
    let count = Double(Self.target.doubles.count)
    var (sum, gradient) = (0.0, [Double]())
    for index in Self.target.doubles.indices {
      let picture = Self.reconstruction.doubles[index] + Self.perturbation.doubles[index]
      let difference = min(1, max(0, picture)) - Self.target.doubles[index]
      sum += difference * difference
      gradient.append((0...1).contains(picture) ? 2 * difference / count : 0)
    }
    expectClose(error.values, [sum / count], within: 1e-6, "error")
    tape.backward(from: error)
    expectClose(x.gradientValues, gradient, within: 1e-6, "gradient of the reconstruction")
    expectClose(p.gradientValues, gradient, within: 1e-6, "gradient of the perturbation")
  }

  /// As through PyTorch's clamp, the gradient passes at both ends of the range.
  @Test func theEndsOfTheRangePassTheGradient() {
    let tape = Tape()
    let x = Tensor([0, 1, -0.5, 1.5], shape: [4], tape: tape)
    let zero = Tensor([0, 0, 0, 0], shape: [4])
    tape.backward(
      from: clampedResidualError(
        reconstruction: x, perturbation: zero, target: Tensor([0.5, 0.5, 0.5, 0.5], shape: [4])))
    #expect(x.gradientValues == [-0.25, 0.25, 0, 0])
  }

  @Test func notANumberStaysNotANumber() {
    let (x, zero) = (Tensor([0, .nan], shape: [2]), Tensor([0, 0], shape: [2]))
    #expect(clampedResidualError(reconstruction: x, perturbation: zero, target: zero).scalar.isNaN)
  }

  private static func tensor(_ array: NumberArray, _ tape: Tape?) -> Tensor {
    Tensor(array.floats, shape: array.shape, tape: tape)
  }
}

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
