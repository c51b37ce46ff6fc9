import Compute
import Foundation
import TestSupport
import Testing

@Suite struct CosineTransformTests {
  static let cases: [OperationCase] = [
    OperationCase("cosine transform", inputs: [[3, 7, 5, 3]], step: 0.5) { x, _ in cosineTransform(x[0]) },
    OperationCase("cosine transform of one pixel", inputs: [[2, 1, 1, 4]], step: 0.5) { x, _ in cosineTransform(x[0]) },
    OperationCase("cosine transform of one line", inputs: [[1, 1, 33, 1]], step: 0.5) { x, _ in cosineTransform(x[0]) },
  ]

  @Test(arguments: cases) func gradientsMatchDifferences(_ operation: OperationCase) {
    operation.expectGradientsMatchDifferences()
  }

  @Test(arguments: [[2, 5, 7, 3], [1, 32, 32, 3], [3, 1, 9, 1]]) func agreesWithTheFormula(_ shape: [Int]) {
    let x = NumberArray.uniform(shape, "cosine transform")
    let y = cosineTransform(Tensor(x.floats, shape: shape)).values
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    func wave(_ frequency: Int, _ place: Int, _ size: Int) -> Double {
      let scale = ((frequency == 0 ? 1 : 2) / Double(size)).squareRoot()
      return scale * cos(Double.pi * Double(frequency) * (Double(place) + 0.5) / Double(size))
    }
    // A few of the coefficients, as each is a sum over the whole picture.
    for index in stride(from: 0, to: y.count, by: max(1, y.count / 50)) {
      let (picture, place) = index.quotientAndRemainder(dividingBy: height * width * channels)
      let (u, v, k) = (place / (width * channels), place / channels % width, place % channels)
      var expected = 0.0
      for i in 0..<height {
        for j in 0..<width {
          for c in 0..<channels {
            let element = x.floats[((picture * height + i) * width + j) * channels + c]
            expected += Double(element) * wave(u, i, height) * wave(v, j, width) * wave(k, c, channels)
          }
        }
      }
      #expect((Double(y[index]) - expected).magnitude < 1e-5)
    }
  }

  @Test func aFlatPictureHasOneCoefficient() {
    let y = cosineTransform(Tensor([Float](repeating: 0.5, count: 3 * 4 * 6), shape: [1, 4, 6, 3])).values
    #expect((y[0] - 0.5 * Float(3 * 4 * 6).squareRoot()).magnitude < 1e-6)
    #expect(y.dropFirst().allSatisfy { $0.magnitude < 1e-6 })
    #expect(cosineTransform(Tensor([], shape: [0, 4, 6, 3])).values.isEmpty)
  }
}
