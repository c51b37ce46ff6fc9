import Compute
import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The neural tangent kernel of an infinitely wide fully connected network (METHODS 4.5): five linear maps, each with an
/// error function behind it.
///
/// Of two pictures x, x' of d elements only the covariance K matters, and a = K(x,x), b = K(x',x'):
///
///     K₀ = x·x'/d,  Θ₀ = 0
///     linear map: K ← 1.76·K + 0.18,  Θ ← K_new + 1.76·Θ
///     error function, with R = (1 + 2a)(1 + 2b) − 4K²:
///                 Θ ← Θ·4/(π√R),  K ← (2/π)·asin(2K/√((1 + 2a)(1 + 2b)))
struct FullyConnectedTangentKernel: TangentKernel {
  private static let layers = 5

  /// A kernel of pictures of any one size.
  init() {}

  /// Pictures with the covariances that each has with itself.
  struct Pictures: Sendable {
    fileprivate let values: DoubleMatrix
    /// K(x, x) of each picture before each error function.
    fileprivate let own: [[Double]]
  }

  func pictures(_ planar: [[Float]]) -> Pictures {
    let length = planar.first?.count ?? 0
    let own = planar.map { picture in
      var covariance = picture.reduce(0) { $0 + Double($1) * Double($1) } / Double(length)
      return (0..<Self.layers).map { _ in
        let k = TangentVariance.weight * covariance + TangentVariance.bias
        covariance = 2 / .pi * asin(2 * k / (1 + 2 * k))
        return k
      }
    }
    let values = planar.flatMap { $0.map(Double.init) }
    return Pictures(values: DoubleMatrix(values, rows: planar.count, columns: length), own: own)
  }

  func matrix(_ a: Pictures, _ b: Pictures) -> [Double] {
    let covariances = covariances(a, b)
    return Parallel.map(a.own.count) { i in
      b.own.indices.map { j in
        Self.forward(covariances[i * b.own.count + j], a.own[i], b.own[j]) { _, _, _ in }
      }
    }.flatMap { $0 }
  }

  func gradient(_ a: Pictures, _ b: Pictures, weights: [Double], isSame: Bool) -> [[Double]] {
    let covariances = covariances(a, b)
    let columns = b.own.count
    let slopes = Parallel.map(a.own.count) { i in
      var own = 0.0
      let row = (0..<columns).map { j in
        let index = i * columns + j
        let slope = Self.backward(weights[index], covariances[index], a.own[i], b.own[j])
        let isSelf = isSame && i == j
        // x with itself moves K and both of its own covariances, which are one number.
        own += isSelf ? slope.covariance + 2 * slope.own : slope.own
        return isSelf ? 0 : slope.covariance
      }
      return (row: row, own: own)
    }
    let across = DoubleMatrix(slopes.flatMap(\.row), rows: a.own.count, columns: columns).times(b.values)
    let length = a.values.columns
    return slopes.indices.map { i in
      (i * length..<(i + 1) * length).map {
        (across.elements[$0] + 2 * slopes[i].own * a.values.elements[$0]) / Double(length)
      }
    }
  }

  /// K₀ of every pair.
  private func covariances(_ a: Pictures, _ b: Pictures) -> [Double] {
    a.values.times(b.values, otherTransposed: true).elements.map { $0 / Double(a.values.columns) }
  }

  /// Θ of one pair; `visit` is told layer, K and Θ before each error function.
  private static func forward(
    _ covariance: Double, _ a: [Double], _ b: [Double], _ visit: (Int, Double, Double) -> Void
  ) -> Double {
    var (k, t) = (covariance, 0.0)
    for layer in 0..<layers {
      k = TangentVariance.weight * k + TangentVariance.bias
      t = k + TangentVariance.weight * t
      visit(layer, k, t)
      let product = (1 + 2 * a[layer]) * (1 + 2 * b[layer])
      t *= 4 / (.pi * (product - 4 * k * k).squareRoot())
      k = 2 / .pi * asin(2 * k / product.squareRoot())
    }
    return t
  }

  /// The gradient of weight·Θ of one pair with respect to K₀(x, x') and K₀(x, x).
  private static func backward(
    _ weight: Double, _ covariance: Double, _ a: [Double], _ b: [Double]
  ) -> (covariance: Double, own: Double) {
    withUnsafeTemporaryAllocation(of: (k: Double, t: Double).self, capacity: layers) { steps in
      _ = forward(covariance, a, b) { steps.initializeElement(at: $0, to: ($1, $2)) }
      var (dk, dt, da) = (0.0, weight, 0.0)
      for layer in (0..<layers).reversed() {
        let (k, t) = steps[layer]
        let (p, q) = (1 + 2 * a[layer], 1 + 2 * b[layer])
        let r = p * q - 4 * k * k
        let (root, dtt) = (r.squareRoot(), dt * t)
        da =
          da * 4 / (.pi * p * (1 + 4 * a[layer]).squareRoot())
          - 4 / (.pi * root) * (dk * k / p + dtt * q / r)
        dk = 4 / (.pi * root) * (dk + dtt * 4 * k / r)
        dt *= 4 / (.pi * root)
        // Θ = K + 1.76·Θ_old, where K = 1.76·K_old + 0.18.
        (dk, dt, da) = (
          TangentVariance.weight * (dk + dt), TangentVariance.weight * dt, TangentVariance.weight * da
        )
      }
      return (dk, da)
    }
  }
}
