import Threads

/// The matrix products of a linear map, cut into blocks of rows of the result.
enum LinearKernel {
  /// Rows of the result a piece.
  private static let pieceRows = 32

  /// y ← x·wᵀ + bias, every element summed on its own.
  ///
  /// OpenBLAS may sum a row in another order when other rows stand beside it, and a record's result would depend on the
  /// batch that it came in.
  static func forward(
    _ x: MatrixMultiply.Matrix, _ w: MatrixMultiply.Matrix, bias: UnsafePointer<Float>, y: MatrixMultiply.Matrix
  ) {
    precondition(x.rows == y.rows && w.rows == y.columns && w.columns == x.columns, "linear map of other sizes")
    Parallel.forEachRange(of: y.rows, length: pieceRows) { rows in
      for row in rows {
        let (source, target) = (x.base + row * x.rowStride, y.base + row * y.rowStride)
        for output in 0..<y.columns {
          target[output] = bias[output] + product(source, w.base + output * w.rowStride, count: x.columns)
        }
      }
    }
  }

  /// The product of two vectors, lane by lane.
  private static func product(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, count: Int
  ) -> Float {
    var (sum, index) = (Vector(), 0)
    while index + Vector.scalarCount <= count {
      sum = sum.addingProduct(a.vector(index), b.vector(index))
      index += Vector.scalarCount
    }
    var total = sum.sum()
    while index < count {
      total += a[index] * b[index]
      index += 1
    }
    return total
  }

  /// c ← op(a)·b + (accumulate ? c : 0), where op transposes a if asked to.
  static func product(
    _ a: MatrixMultiply.Matrix, transposed: Bool = false, _ b: MatrixMultiply.Matrix, into c: MatrixMultiply.Matrix,
    accumulate: Bool
  ) {
    Parallel.forEachRange(of: c.rows, length: pieceRows) { rows in
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
