/// The matrix products of a linear map, cut into blocks of rows of the result.
enum LinearKernel {
  /// Rows of the result a piece.
  private static let pieceRows = 32

  /// y ← x·wᵀ + bias.
  static func forward(
    _ x: MatrixMultiply.Matrix, _ w: MatrixMultiply.Matrix, bias: UnsafePointer<Float>, y: MatrixMultiply.Matrix
  ) {
    Threads.forEachRange(of: y.rows, length: pieceRows) { rows in
      let target = y.block(rows)
      for row in 0..<rows.count {
        (target.base + row * y.rowStride).update(from: bias, count: y.columns)
      }
      MatrixMultiply.multiply(x.block(rows), transposed: false, w, transposed: true, into: target, accumulate: true)
    }
  }

  /// c ← op(a)·b + (accumulate ? c : 0), where op transposes a if asked to.
  static func product(
    _ a: MatrixMultiply.Matrix, transposed: Bool = false, _ b: MatrixMultiply.Matrix, into c: MatrixMultiply.Matrix,
    accumulate: Bool
  ) {
    Threads.forEachRange(of: c.rows, length: pieceRows) { rows in
      MatrixMultiply.multiply(
        transposed ? a.columnBlock(rows) : a.block(rows), transposed: transposed, b, into: c.block(rows),
        accumulate: accumulate)
    }
  }
}

extension MatrixMultiply.Matrix {
  /// A run of rows.
  fileprivate func block(_ rows: Range<Int>) -> Self {
    Self(base + rows.lowerBound * rowStride, rows: rows.count, columns: columns, rowStride: rowStride)
  }

  /// A run of columns.
  fileprivate func columnBlock(_ columns: Range<Int>) -> Self {
    Self(base + columns.lowerBound, rows: rows, columns: columns.count, rowStride: rowStride)
  }
}
