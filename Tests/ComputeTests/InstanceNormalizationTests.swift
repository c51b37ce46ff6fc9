import Compute
import TestSupport
import Testing

@Suite struct InstanceNormalizationTests {
  static let cases: [OperationCase] = [[3, 7, 9, 5], [1, 7, 9, 19], [2, 3, 2, 3]].flatMap { shape in
    [
      OperationCase("instance normalisation \(shape)", inputs: [shape], step: 1.0 / 256) { x, _ in
        instanceNormalization(x[0])
      },
      OperationCase("instance normalisation \(shape) rectified", inputs: [shape], step: 1.0 / 256) { x, _ in
        instanceNormalization(x[0], rectified: true)
      }.rectified,
    ]
  }

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test func agreesWithPyTorch() throws {
    try Golden.expectAgreement("instance_norm") { x, _ in instanceNormalization(x) }
  }

  /// The definition in double precision, for pictures of several pieces and numbers far from zero.
  @Test(arguments: [(Float(0), false), (0, true), (1000, false)])
  func equalsItsDefinition(_ offset: Float, _ rectified: Bool) {
    let (pictures, pixels, channels) = (2, 21 * 27, 19)
    let x = NumberArray.uniform([pictures, 21, 27, channels], "x").floats.map { $0 + offset }
    let y = instanceNormalization(Tensor(x, shape: [pictures, 21, 27, channels]), rectified: rectified)
    var expected = [Double](repeating: 0, count: x.count)
    for n in 0..<pictures {
      for c in 0..<channels {
        let places = (0..<pixels).map { (n * pixels + $0) * channels + c }
        let mean = places.reduce(0.0) { $0 + Double(x[$1]) } / Double(pixels)
        let variance = places.reduce(0.0) { $0 + (Double(x[$1]) - mean) * (Double(x[$1]) - mean) } / Double(pixels)
        for place in places {
          let normal = (Double(x[place]) - mean) / (variance + 1e-5).squareRoot()
          expected[place] = rectified ? max(0, normal) : normal
        }
      }
    }
    expectClose(y.values, expected, within: offset == 0 ? 1e-6 : 1e-4, "y")
  }
}
