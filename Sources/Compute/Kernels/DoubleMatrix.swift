import COpenBLAS

/// A row-major matrix in double precision, for the little linear algebra that needs it.
package struct DoubleMatrix: Sendable, Equatable {
  /// How many rows and columns.
  package let rows: Int
  /// Elements of a row.
  package let columns: Int
  /// The elements, row by row.
  package var elements: [Double]

  /// A matrix of the given elements, row by row. Precondition: there are rows × columns of them.
  package init(_ elements: [Double], rows: Int, columns: Int) {
    precondition(elements.count == rows * columns, "\(elements.count) elements for \(rows)×\(columns)")
    (self.elements, self.rows, self.columns) = (elements, rows, columns)
  }

  /// The product, where either matrix is transposed if asked to.
  package func times(_ other: DoubleMatrix, transposed: Bool = false, otherTransposed: Bool = false) -> DoubleMatrix {
    _ = OpenBLAS.onOneThread
    let (m, k) = transposed ? (columns, rows) : (rows, columns)
    let (inner, n) = otherTransposed ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(k == inner && m > 0 && n > 0 && k > 0, "matrix product of \(m)×\(k) and \(inner)×\(n)")
    var result = [Double](repeating: 0, count: m * n)
    cblas_dgemm(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans, blasint(m),
      blasint(n), blasint(k), 1, elements, blasint(columns), other.elements, blasint(other.columns), 0, &result,
      blasint(n))
    return DoubleMatrix(result, rows: m, columns: n)
  }

  /// The eigenvalues of a symmetric matrix in ascending order, and its eigenvectors as columns; nil where they cannot be
  /// found, as for elements that are not numbers.
  package func symmetricEigensystem() -> (values: [Double], vectors: DoubleMatrix)? {
    precondition(rows == columns && rows > 0, "eigenvalues of \(rows)×\(columns)")
    _ = OpenBLAS.onOneThread
    guard elements.allSatisfy(\.isFinite) else { return nil }
    var (vectors, values) = (elements, [Double](repeating: 0, count: rows))
    let size = 1 + 6 * rows + 2 * rows * rows
    var (work, integers) = ([Double](repeating: 0, count: size), [blasint](repeating: 0, count: 3 + 5 * rows))
    var (workSize, integerSize, info) = (blasint(size), blasint(integers.count), blasint(0))
    var (order, stride) = (blasint(rows), blasint(rows))
    dsyevd_("V", "U", &order, &vectors, &stride, &values, &work, &workSize, &integers, &integerSize, &info)
    guard info == 0 else { return nil }
    // LAPACK's columns are our rows.
    var columns = vectors
    for row in 0..<rows { for column in 0..<rows { columns[row * rows + column] = vectors[column * rows + row] } }
    return (values, DoubleMatrix(columns, rows: rows, columns: rows))
  }
}
