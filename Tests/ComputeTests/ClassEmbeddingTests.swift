import Compute
import TestSupport
import Testing

@Suite struct ClassEmbeddingTests {
  static let cases: [OperationCase] = [
    OperationCase("class embedding", inputs: [[3, 7, 9, 5]], parameters: [[4, 5 * 7 * 9]], step: 0.5) {
      classEmbedding($0[0], table: $1[0], labels: [2, 0, 2])
    },
    OperationCase("class embedding of one", inputs: [[1, 3, 2, 19]], parameters: [[2, 19 * 6]], step: 0.5) {
      classEmbedding($0[0], table: $1[0], labels: [1])
    },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func addsThePlanarRowOfTheLabel() {
    let (batch, height, width, channels, labels) = (4, 3, 2, 5, [1, 0, 1, 2])
    let z = NumberArray.uniform([batch, height, width, channels], "z")
    let values = NumberArray.uniform([4, channels * height * width], "table")
    let table = Parameter("weight", shape: values.shape, values: values.floats)
    let slope = NumberArray.uniform(z.shape, "slope")
    let tape = Tape()
    let input = Tensor(z.floats, shape: z.shape, tape: tape)
    let y = classEmbedding(input, table: table, labels: labels)
    tape.backward(from: y, gradient: slope.floats)
    var expected = z.doubles
    var gradient = [Double](repeating: 0, count: values.doubles.count)
    for index in expected.indices {
      let (c, pixel, n) = (index % channels, index / channels % (height * width), index / channels / height / width)
      let place = (labels[n] * channels + c) * height * width + pixel
      expected[index] += values.doubles[place]
      gradient[place] += slope.doubles[index]
    }
    expectClose(y.values, expected, within: 1e-7, "y")
    #expect(input.gradientValues == slope.floats)
    expectClose(table.gradientValues, gradient, within: 1e-7, "gradient of the table")
    #expect(table.gradientValues?[(3 * 30)...].allSatisfy { $0 == 0 } == true, "the last class has no record")
  }
}
