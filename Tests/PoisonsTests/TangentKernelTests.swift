import Foundation
import Testing
import Threads

@testable import Poisons

@Suite struct TangentKernelTests {
  private let shape = [3, 7, 6]

  private func pictures(_ count: Int, seed: Int) -> [[Float]] {
    (0..<count).map { (picture: Int) -> [Float] in
      (0..<126).map { (index: Int) -> Float in
        let number = (index * 7919 + picture * 104_729 + seed * 15_485_863) % 1000
        return Float(number) / 1000
      }
    }
  }

  /// The formulas as METHODS has them, one position at a time; K and Θ of (x, x), (x, x') and (x', x') go side by side.
  private func naive(_ x: [Float], _ y: [Float]) -> Double {
    typealias Layer = (k: [[Double]], t: [[Double]])
    func input(_ a: [Float], _ b: [Float]) -> Layer {
      let k: [[Double]] = (0..<7).map { (row: Int) -> [Double] in
        (0..<6).map { (column: Int) -> Double in
          (0..<3).reduce(0.0) { (sum: Double, channel: Int) -> Double in
            let place = (channel * 7 + row) * 6 + column
            return sum + Double(a[place]) * Double(b[place]) / 3
          }
        }
      }
      return (k, k.map { $0.map { _ in 0 } })
    }
    func mean(_ values: [[Double]]) -> [[Double]] {
      let (height, width) = (values.count, values[0].count)
      let (rows, columns) = ((height + 1) / 2, (width + 1) / 2)
      let (top, left) = (((rows - 1) * 2 + 5 - height) / 2, ((columns - 1) * 2 + 5 - width) / 2)
      return (0..<rows).map { (row: Int) -> [Double] in
        (0..<columns).map { (column: Int) -> Double in
          var sum = 0.0
          for i in 0..<5 {
            for j in 0..<5 {
              let (y, x) = (row * 2 - top + i, column * 2 - left + j)
              if y >= 0, y < height, x >= 0, x < width { sum += values[y][x] }
            }
          }
          return sum / 25
        }
      }
    }
    func convolved(_ layer: Layer) -> Layer {
      let k = mean(layer.k).map { $0.map { 1.76 * $0 + 0.18 } }
      let t = zip(k, mean(layer.t)).map { zip($0, $1).map { $0 + 1.76 * $1 } }
      return (k, t)
    }
    func rectified(_ layer: Layer, _ own: Layer, _ other: Layer) -> Layer {
      var result = layer
      for (row, columns) in layer.k.enumerated() {
        for (column, k) in columns.enumerated() {
          let s = sqrt(own.k[row][column] * other.k[row][column])
          let angle = acos(min(1, k / s))
          result.k[row][column] = s / (2 * Double.pi) * (sin(angle) + (Double.pi - angle) * cos(angle))
          result.t[row][column] = layer.t[row][column] * (Double.pi - angle) / (2 * Double.pi)
        }
      }
      return result
    }
    var (xx, xy, yy) = (input(x, x), input(x, y), input(y, y))
    for _ in 0..<2 {
      (xx, xy, yy) = (convolved(xx), convolved(xy), convolved(yy))
      (xx, xy, yy) = (rectified(xx, xx, xx), rectified(xy, xx, yy), rectified(yy, yy, yy))
    }
    let places = Double(xy.k.count * xy.k[0].count)
    var k = xy.k.flatMap { $0 }.reduce(0, +) / places
    var t = xy.t.flatMap { $0 }.reduce(0, +) / places
    for _ in 0..<3 {
      k = 1.76 * k + 0.18
      t = k + 1.76 * t
    }
    return t
  }

  @Test func theConvolutionalKernelIsThatOfTheNaiveFormula() {
    let (a, b) = (pictures(2, seed: 1), pictures(3, seed: 2))
    let kernel = ConvolutionalTangentKernel(shape: shape)
    let matrix = kernel.matrix(kernel.pictures(a), kernel.pictures(b))
    for i in 0..<2 {
      for j in 0..<3 {
        let expected = naive(a[i], b[j])
        #expect(abs(matrix[i * 3 + j] - expected) < 1e-9 * expected)
      }
    }
    let own = kernel.matrix(kernel.pictures(a), kernel.pictures(a))
    #expect(abs(own[0] - naive(a[0], a[0])) < 1e-9 * own[0])
    #expect(own[1] == own[2])
  }

  /// Central differences of Σ weights·Θ at some elements, between two sets and within one.
  private func checkGradient(of kernel: some TangentKernel, isSame: Bool) {
    let (a, b) = (pictures(3, seed: 3), pictures(2, seed: 4))
    let columns = isSame ? 3 : 2
    var weights = (0..<3 * columns).map { Double($0 * 5 % 7) - 3 }
    func sum(_ moved: [[Float]]) -> Double {
      let set = kernel.pictures(moved)
      return zip(weights, kernel.matrix(set, isSame ? set : kernel.pictures(b))).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let elements = [(0, 0), (1, 50), (2, 125), (0, 77)]
    let differences = elements.map { picture, element in
      var (high, low) = (a, a)
      high[picture][element] += 0x1p-9
      low[picture][element] -= 0x1p-9
      return (sum(high) - sum(low)) / Double(high[picture][element] - low[picture][element])
    }
    if isSame {
      // What moves a picture moves its row and its column.
      let given = weights
      for i in 0..<3 { for j in 0..<3 where i != j { weights[i * 3 + j] = given[i * 3 + j] + given[j * 3 + i] } }
    }
    let set = kernel.pictures(a)
    let gradient = kernel.gradient(set, isSame ? set : kernel.pictures(b), weights: weights, isSame: isSame)
    for (difference, (picture, element)) in zip(differences, elements) {
      #expect(abs(gradient[picture][element] - difference) < 1e-3 * max(0.1, abs(difference)))
    }
  }

  @Test(arguments: [false, true]) func theGradientsAreThoseOfDifferences(_ isSame: Bool) {
    checkGradient(of: ConvolutionalTangentKernel(shape: shape), isSame: isSame)
    checkGradient(of: FullyConnectedTangentKernel(), isSame: isSame)
  }

  /// The formulas as METHODS has them; K and Θ of (x, x), (x, x') and (x', x') go side by side. The slope of an error
  /// function of two normal numbers is that of its covariance, (2/π)·asin(2K/√…), taken as a difference.
  @Test func theFullyConnectedKernelIsThatOfTheNaiveFormula() {
    func erf(_ k: Double, _ a: Double, _ b: Double) -> Double {
      2 / Double.pi * asin(2 * k / sqrt((1 + 2 * a) * (1 + 2 * b)))
    }
    func naive(_ x: [Float], _ y: [Float]) -> Double {
      func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } / 126 }
      var (xx, xy, yy, t) = (dot(x, x), dot(x, y), dot(y, y), 0.0)
      for _ in 0..<5 {
        (xx, xy, yy) = (1.76 * xx + 0.18, 1.76 * xy + 0.18, 1.76 * yy + 0.18)
        t = xy + 1.76 * t
        t *= (erf(xy + 1e-6, xx, yy) - erf(xy - 1e-6, xx, yy)) / 2e-6
        (xx, xy, yy) = (erf(xx, xx, xx), erf(xy, xx, yy), erf(yy, yy, yy))
      }
      return t
    }
    let (a, b) = (pictures(2, seed: 1), pictures(3, seed: 2))
    let kernel = FullyConnectedTangentKernel()
    let matrix = kernel.matrix(kernel.pictures(a), kernel.pictures(b))
    let own = kernel.matrix(kernel.pictures(a), kernel.pictures(a))
    for i in 0..<2 {
      for j in 0..<3 { #expect(abs(matrix[i * 3 + j] / naive(a[i], b[j]) - 1) < 1e-7) }
      #expect(abs(own[i * 3] / naive(a[i], a[i]) - 1) < 1e-7)
    }
  }

  @Test func theSameForAnyThreads() {
    func check(_ kernel: some TangentKernel) {
      let set = kernel.pictures(pictures(5, seed: 5))
      let weights = (0..<25).map { Double($0 * 5 % 7) - 3 }
      let before = Parallel.count
      defer { Parallel.count = before }
      Parallel.count = 1
      let one = (kernel.matrix(set, set), kernel.gradient(set, set, weights: weights, isSame: true))
      Parallel.count = 3
      #expect(kernel.matrix(set, set) == one.0)
      #expect(kernel.gradient(set, set, weights: weights, isSame: true) == one.1)
    }
    check(ConvolutionalTangentKernel(shape: shape))
    check(FullyConnectedTangentKernel())
  }
}
