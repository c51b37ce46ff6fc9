import Compute

/// A linear map after which numbers spread by one, and none goes along with another.
enum Whitening {
  /// Each number by a factor of its own.
  case factors([Double])
  /// Products with the rows of a matrix.
  case rows([[Double]])

  /// Numbers of variances below this differ by rounding to 8 bits alone, (1/255)²/12.
  private static let roundingVariance = 1e-6
  /// Of the mean variance, added to every direction's: few records show too small a spread in some.
  private static let shrinkage = 1e-3

  /// From the variances of numbers that do not go along with each other.
  init(variances: [Double]) {
    self = .factors(variances.map { 1 / (max(0, $0) + Self.roundingVariance).squareRoot() })
  }

  /// From a covariance matrix; nil where its eigenvectors are not found.
  init?(covariance: [Double], length: Int) {
    let matrix = DoubleMatrix(covariance, rows: length, columns: length)
    guard let (values, vectors) = matrix.symmetricEigensystem() else { return nil }
    let floor = Self.shrinkage * max(0, values.reduce(0, +) / Double(length)) + Self.roundingVariance
    self = .rows(
      values.indices.map { column in
        let factor = 1 / (max(0, values[column]) + floor).squareRoot()
        return (0..<length).map { factor * vectors.elements[$0 * length + column] }
      })
  }

  /// The numbers mapped.
  func callAsFunction(_ x: some Collection<Double>) -> [Double] {
    switch self {
    case .factors(let factors): zip(x, factors).map { $0 * $1 }
    case .rows(let rows): rows.map { row in zip(x, row).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }
}
