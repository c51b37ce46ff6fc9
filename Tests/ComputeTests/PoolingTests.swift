import Compute
import Random
import TestSupport
import Testing

@Suite struct MaximumPoolTests {
  /// Numbers of which no two are closer than a gradient check can move them.
  private static func distinct(_ shape: [Int]) -> NumberArray {
    var random = RandomStream(seed: 1, purpose: "distinct numbers")
    return NumberArray(random.permutation(count: shape.reduce(1, *)).map { Double($0) / 16 }, shape: shape)
  }

  static let cases: [OperationCase] = [[3, 7, 9, 5], [1, 8, 6, 19], [1, 1, 1, 3]].map { shape in
    OperationCase("maximum pool \(shape)", values: [distinct(shape)]) { x, _ in maximumPool(x[0]) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("max_pool3x3_stride2") { x, _ in maximumPool(x) }
  }

  @Test(arguments: [[2, 7, 9, 5], [1, 8, 6, 19]]) func equalsItsDefinition(_ shape: [Int]) {
    let x = NumberArray.uniform(shape, "x").floats
    let y = maximumPool(Tensor(x, shape: shape))
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    #expect(y.shape == [shape[0], (height + 1) / 2, (width + 1) / 2, channels])
    for (index, value) in y.values.enumerated() {
      let (c, j) = (index % channels, index / channels % y.shape[2])
      let (i, n) = (index / channels / y.shape[2] % y.shape[1], index / channels / y.shape[2] / y.shape[1])
      let rows = max(0, 2 * i - 1)...min(height - 1, 2 * i + 1)
      let columns = max(0, 2 * j - 1)...min(width - 1, 2 * j + 1)
      let window = rows.flatMap { row in columns.map { x[((n * height + row) * width + $0) * channels + c] } }
      #expect(value == window.max())
    }
  }

  /// Of equal numbers the first in rows gets the gradient, as in PyTorch.
  @Test func theFirstOfEqualsGetsTheGradient() {
    let tape = Tape()
    let x = Tensor([Float](repeating: 2, count: 9), shape: [1, 3, 3, 1], tape: tape)
    tape.backward(from: maximumPool(x), gradient: [1, 2, 4, 8])
    #expect(x.gradientValues == [1, 2, 0, 4, 8, 0, 0, 0, 0])
  }

  @Test func notANumberWins() {
    let y = maximumPool(Tensor([5, .nan, 7, 8, 1, 2, 3, 4, 6], shape: [1, 3, 3, 1])).values
    #expect(y[0].isNaN && y[1].isNaN)
    #expect(Array(y[2...]) == [8, 6])
  }
}

@Suite struct AveragePoolTests {
  static let cases: [OperationCase] = [[3, 6, 8, 5], [2, 7, 9, 19], [1, 2, 2, 16]].map { shape in
    OperationCase("average pool \(shape)", inputs: [shape], step: 0.5) { x, _ in averagePool(x[0]) }
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test(arguments: [[2, 6, 4, 5], [1, 7, 5, 19]]) func equalsItsDefinition(_ shape: [Int]) {
    let x = NumberArray.uniform(shape, "x").floats
    let y = averagePool(Tensor(x, shape: shape))
    #expect(y.shape == [shape[0], shape[1] / 2, shape[2] / 2, shape[3]])
    for (index, value) in y.values.enumerated() {
      let (c, j) = (index % shape[3], index / shape[3] % y.shape[2])
      let (i, n) = (index / shape[3] / y.shape[2] % y.shape[1], index / shape[3] / y.shape[2] / y.shape[1])
      let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map { p, q in
        Double(x[((n * shape[1] + 2 * i + p) * shape[2] + 2 * j + q) * shape[3] + c])
      }
      #expect((Double(value) - window.reduce(0, +) / 4).magnitude < 1e-6)
    }
  }
}

@Suite struct GlobalAveragePoolTests {
  static let cases: [OperationCase] = [
    OperationCase("global average pool", inputs: [[3, 7, 9, 5]], step: 0.5) { x, _ in globalAveragePool(x[0]) },
    OperationCase("global average pool of one", inputs: [[1, 4, 4, 19]], step: 0.5) { x, _ in globalAveragePool(x[0]) },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("average_pool_global") { x, _ in globalAveragePool(x) }
  }
}
