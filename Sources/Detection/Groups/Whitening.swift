import Compute

/// A linear map after which features have the covariance 1.
enum Whitening {
  /// Each feature by a factor of its own.
  case factors([Double])
  /// x·M, M [feature, whitened feature].
  case matrix([Double])

  /// Features of variances below this differ by rounding to 8 bits alone, (1/255)²/12.
  private static let roundingVariance = 1e-6
  /// Of the mean variance, added to every direction's: of few records the covariance is too small in some.
  private static let shrinkage = 1e-3

  /// From the variances of features without covariance.
  init(variances: [Double]) {
    self = .factors(variances.map { 1 / (max(0, $0) + Self.roundingVariance).squareRoot() })
  }

  /// From a covariance matrix; nil where its eigenvectors are not found.
  init?(covariance: [Double], length: Int) {
    let matrix = DoubleMatrix(covariance, rows: length, columns: length)
    guard let (values, vectors) = matrix.symmetricEigensystem() else { return nil }
    let floor = Self.shrinkage * max(0, values.reduce(0, +) / Double(length)) + Self.roundingVariance
    let factors = values.map { 1 / (max(0, $0) + floor).squareRoot() }
    self = .matrix(vectors.elements.enumerated().map { factors[$0 % length] * $1 })
  }

  /// The features mapped.
  func callAsFunction(_ x: some Collection<Double>) -> [Double] {
    let x = Array(x)
    return [Double](unsafeUninitializedCapacity: x.count) { z, count in
      x.withUnsafeBufferPointer { x in apply(to: z) { x[$0] } }
      count = x.count
    }
  }

  /// z ← the features mapped. Precondition: there is room for as many.
  func apply(_ x: UnsafePointer<Float>, into z: UnsafeMutableBufferPointer<Double>) { apply(to: z) { Double(x[$0]) } }

  @inline(__always)
  private func apply(to z: UnsafeMutableBufferPointer<Double>, _ feature: (Int) -> Double) {
    switch self {
    case .factors(let factors):
      factors.withUnsafeBufferPointer { factors in
        for index in factors.indices { z[index] = feature(index) * factors[index] }
      }
    case .matrix(let elements):
      z.initialize(repeating: 0)
      elements.withUnsafeBufferPointer { elements in
        let length = z.count
        for index in 0..<length {
          let x = feature(index)
          let row = UnsafeBufferPointer(rebasing: elements[index * length..<(index + 1) * length])
          for other in 0..<length { z[other] += x * row[other] }
        }
      }
    }
  }
}
