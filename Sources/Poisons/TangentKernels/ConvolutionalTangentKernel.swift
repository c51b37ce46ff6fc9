import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The neural tangent kernel of an infinitely wide convolutional network (METHODS 4.5): two 5×5 convolutions of
/// stride 2 with zeros around ("same" padding), each with a rectifier behind it, then three linear maps of all positions
/// with nothing between them.
///
/// Of two pictures x, x' only covariances at equal positions matter. With K the covariance, Θ the tangent kernel and "mean"
/// that of a 5×5 window (of 25 elements, zeros outside):
///
///     K₀ = (1/C) Σ_c x·x',  Θ₀ = 0
///     convolution: K ← 1.76·mean(K) + 0.18,  Θ ← K_new + 1.76·mean(Θ)
///     rectifier, with s = √(K(x,x)·K(x',x')) and ϑ = arccos(K/s):
///                  Θ ← Θ·(π − ϑ)/2π,  K ← s·(sin ϑ + (π − ϑ)·cos ϑ)/2π
///     linear map: K ← 1.76·K + 0.18,  Θ ← K_new + 1.76·Θ, after the mean over positions
struct ConvolutionalTangentKernel: TangentKernel {
  /// [C, H, W] of the pictures.
  let shape: [Int]
  private let first: WindowMean
  private let second: WindowMean

  /// A kernel of planar pictures [C, H, W].
  init(shape: [Int]) {
    self.shape = shape
    first = WindowMean(height: shape[1], width: shape[2])
    second = WindowMean(height: first.outputHeight, width: first.outputWidth)
  }

  /// Pictures with the covariances that each has with itself.
  struct Pictures: Sendable {
    fileprivate let values: [[Double]]
    /// K(x, x) before each rectifier.
    fileprivate let own: [(first: [Double], second: [Double])]
    fileprivate var count: Int { values.count }
  }

  func pictures(_ planar: [[Float]]) -> Pictures {
    let values = planar.map { $0.map(Double.init) }
    let own = values.map { picture in
      let input = covariance(picture, picture)
      let one = first.apply(input).map { TangentVariance.weight * $0 + TangentVariance.bias }
      let two = second.apply(one.map { $0 / 2 }).map { TangentVariance.weight * $0 + TangentVariance.bias }
      return (one, two)
    }
    return Pictures(values: values, own: own)
  }

  func matrix(_ a: Pictures, _ b: Pictures) -> [Double] {
    Parallel.map(a.count) { row in (0..<b.count).map { forward(a, row, b, $0).value } }.flatMap { $0 }
  }

  func gradient(_ a: Pictures, _ b: Pictures, weights: [Double], isSame: Bool) -> [[Double]] {
    Parallel.map(a.count) { row in
      var own = OwnGradient(
        first: [Double](repeating: 0, count: a.own[row].first.count),
        second: [Double](repeating: 0, count: a.own[row].second.count))
      var gradient = [Double](repeating: 0, count: shape.reduce(1, *))
      for column in 0..<b.count {
        let weight = weights[row * b.count + column]
        guard weight != 0 else { continue }
        if isSame, row == column {
          backwardOfSelf(weight, &own)
        } else {
          addCovarianceGradient(backward(a, row, b, column, weight, &own), times: b.values[column], to: &gradient)
        }
      }
      let input = inputGradient(of: own)
      addCovarianceGradient(input.map { 2 * $0 }, times: a.values[row], to: &gradient)
      return gradient
    }
  }

  /// What the linear maps make of the means over positions: Θ = covariance·K + tangent·Θ + constant.
  private static let head: (covariance: Double, tangent: Double, constant: Double) = {
    func run(_ covariance: Double, _ tangent: Double) -> Double {
      var (k, t) = (covariance, tangent)
      for _ in 0..<3 {
        k = TangentVariance.weight * k + TangentVariance.bias
        t = k + TangentVariance.weight * t
      }
      return t
    }
    let constant = run(0, 0)
    return (run(1, 0) - constant, run(0, 1) - constant, constant)
  }()

  /// The steps of one pair that its backward pass needs.
  private struct Forward {
    let value: Double
    let k1: [Double]
    let angle1: [Double]
    let k3: [Double]
    let t3: [Double]
    let angle3: [Double]
  }

  private func forward(_ a: Pictures, _ i: Int, _ b: Pictures, _ j: Int) -> Forward {
    let k1 = first.apply(covariance(a.values[i], b.values[j])).map {
      TangentVariance.weight * $0 + TangentVariance.bias
    }
    let (k2, t2, angle1) = Self.rectify(k1, k1, a.own[i].first, b.own[j].first)
    let k3 = second.apply(k2).map { TangentVariance.weight * $0 + TangentVariance.bias }
    let t3 = zip(k3, second.apply(t2)).map { $0 + TangentVariance.weight * $1 }
    let (k4, t4, angle3) = Self.rectify(k3, t3, a.own[i].second, b.own[j].second)
    let count = Double(k4.count)
    let value =
      Self.head.covariance * k4.reduce(0, +) / count + Self.head.tangent * t4.reduce(0, +) / count + Self.head.constant
    return Forward(value: value, k1: k1, angle1: angle1, k3: k3, t3: t3, angle3: angle3)
  }

  /// The gradient of K(x, x) before each rectifier.
  private struct OwnGradient {
    var first: [Double]
    var second: [Double]
  }

  /// The backward pass of one pair: the gradient of K₀, and that of x's own covariances in `own`.
  private func backward(
    _ a: Pictures, _ i: Int, _ b: Pictures, _ j: Int, _ weight: Double, _ own: inout OwnGradient
  ) -> [Double] {
    let steps = forward(a, i, b, j)
    let count = Double(steps.k3.count)
    let slopes = (covariance: weight * Self.head.covariance / count, tangent: weight * Self.head.tangent / count)
    var (dk3, dt3) = ([Double](repeating: 0, count: steps.k3.count), [Double](repeating: 0, count: steps.k3.count))
    for p in steps.k3.indices {
      let back = Self.rectifierGradient(
        slopes.covariance, slopes.tangent, steps.k3[p], steps.t3[p], a.own[i].second[p], b.own[j].second[p],
        steps.angle3[p])
      own.second[p] += back.own
      dt3[p] = back.tangent
      // Θ₃ = K₃ + 1.76·mean(Θ₂).
      dk3[p] = back.covariance + back.tangent
    }
    let dk2 = second.adjoint(dk3)
    let dt2 = second.adjoint(dt3)
    let dk1 = steps.k1.indices.map { p in
      let back = Self.rectifierGradient(
        TangentVariance.weight * dk2[p], TangentVariance.weight * dt2[p], steps.k1[p], steps.k1[p], a.own[i].first[p],
        b.own[j].first[p], steps.angle1[p])
      own.first[p] += back.own
      return back.covariance + back.tangent
    }
    return first.adjoint(dk1).map { TangentVariance.weight * $0 }
  }

  /// The backward pass of a picture with itself, where every angle is and stays 0: K ← K/2 and Θ ← Θ/2.
  private func backwardOfSelf(_ weight: Double, _ own: inout OwnGradient) {
    let count = Double(own.second.count)
    let dt3 = weight * Self.head.tangent / count / 2
    for p in own.second.indices { own.second[p] += weight * Self.head.covariance / count / 2 + dt3 }
    let dt2 = second.adjoint([Double](repeating: dt3, count: own.second.count))
    for p in own.first.indices { own.first[p] += TangentVariance.weight * dt2[p] / 2 }
  }

  /// The gradient of K₀(x, x) from those of the own covariances.
  private func inputGradient(of own: OwnGradient) -> [Double] {
    let carried = second.adjoint(own.second)
    let first = own.first.indices.map { own.first[$0] + TangentVariance.weight * carried[$0] / 2 }
    return self.first.adjoint(first).map { TangentVariance.weight * $0 }
  }

  private func covariance(_ x: [Double], _ y: [Double]) -> [Double] {
    let places = shape[1] * shape[2]
    var sums = [Double](repeating: 0, count: places)
    for channel in 0..<shape[0] {
      for place in 0..<places { sums[place] += x[channel * places + place] * y[channel * places + place] }
    }
    return sums.map { $0 / Double(shape[0]) }
  }

  /// K₀ = (1/C) Σ x·x' back to x.
  private func addCovarianceGradient(_ slope: [Double], times other: [Double], to gradient: inout [Double]) {
    let places = shape[1] * shape[2]
    let share = 1 / Double(shape[0])
    for channel in 0..<shape[0] {
      for place in 0..<places {
        gradient[channel * places + place] += share * slope[place] * other[channel * places + place]
      }
    }
  }

  private static func rectify(
    _ k: [Double], _ t: [Double], _ a: [Double], _ b: [Double]
  ) -> (k: [Double], t: [Double], angle: [Double]) {
    var (covariance, tangent, angles) = (k, t, k)
    for p in k.indices {
      let s = (a[p] * b[p]).squareRoot()
      let cosine = min(1, max(-1, k[p] / s))
      let angle = acos(cosine)
      covariance[p] = s / (2 * .pi) * (sin(angle) + (.pi - angle) * cosine)
      tangent[p] = t[p] * (.pi - angle) / (2 * .pi)
      angles[p] = angle
    }
    return (covariance, tangent, angles)
  }

  /// The gradients of a rectifier's inputs: K, Θ, and x's own covariance a.
  private static func rectifierGradient(
    _ dk: Double, _ dt: Double, _ k: Double, _ t: Double, _ a: Double, _ b: Double, _ angle: Double
  ) -> (covariance: Double, tangent: Double, own: Double) {
    let s = (a * b).squareRoot()
    let share = (.pi - angle) / (2 * .pi)
    let sine = sin(angle)
    // Where two windows are alike the angle has a kink; neither side is taken.
    let bend = sine > 1e-6 ? dt * t / (2 * .pi * sine) : 0
    let own = dk * sine * s / (4 * .pi * a) - bend * (k / s) / (2 * a)
    return (dk * share + bend / s, dt * share, own)
  }
}

/// Means over 5×5 windows at every second position, of 25 elements each, zeros outside.
private struct WindowMean: Sendable {
  let height: Int
  let width: Int
  var outputHeight: Int { (height + 1) / 2 }
  var outputWidth: Int { (width + 1) / 2 }

  /// The input places of each output place.
  private let windows: [[Int]]

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    let (rows, columns) = ((height + 1) / 2, (width + 1) / 2)
    // As much more at the end as at the beginning, or one more.
    func before(_ size: Int, _ output: Int) -> Int { max(0, (output - 1) * 2 + 5 - size) / 2 }
    let (top, left) = (before(height, rows), before(width, columns))
    windows = (0..<rows * columns).map { place in
      let (row, column) = (place / columns * 2 - top, place % columns * 2 - left)
      return (row..<row + 5).filter { (0..<height).contains($0) }.flatMap { y in
        (column..<column + 5).filter { (0..<width).contains($0) }.map { y * width + $0 }
      }
    }
  }

  func apply(_ values: [Double]) -> [Double] {
    windows.map { window in
      var sum = 0.0
      for place in window { sum += values[place] }
      return sum / 25
    }
  }

  func adjoint(_ slopes: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: height * width)
    for (window, slope) in zip(windows, slopes) {
      let share = slope / 25
      for place in window { result[place] += share }
    }
    return result
  }
}
