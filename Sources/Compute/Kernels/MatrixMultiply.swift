import COpenBLAS

/// Single-precision matrix products by OpenBLAS, one thread a call: our own threads cut the work above it.
enum MatrixMultiply {
  /// A row-major matrix, or a block of one: where it starts and how far one row lies from the next.
  struct Matrix {
    var base: UnsafeMutablePointer<Float>
    var rows: Int
    var columns: Int
    var rowStride: Int

    init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, rowStride: Int? = nil) {
      self.base = base
      self.rows = rows
      self.columns = columns
      self.rowStride = rowStride ?? columns
    }
  }

  /// c ← op(a)·op(b) + (accumulate ? c : 0), where op transposes its matrix if asked to.
  static func multiply(
    _ a: Matrix, transposed transposeA: Bool = false, _ b: Matrix, transposed transposeB: Bool = false,
    into c: Matrix, accumulate: Bool = false
  ) {
    _ = OpenBLAS.onOneThread
    let inner = transposeA ? a.rows : a.columns
    precondition(
      (transposeA ? a.columns : a.rows) == c.rows && (transposeB ? b.rows : b.columns) == c.columns
        && (transposeB ? b.columns : b.rows) == inner,
      "matrix product of \(a.rows)×\(a.columns) and \(b.rows)×\(b.columns) into \(c.rows)×\(c.columns)")
    guard c.rows > 0, c.columns > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(c.rows), blasint(c.columns), blasint(inner), 1, a.base, blasint(a.rowStride), b.base,
      blasint(b.rowStride), accumulate ? 1 : 0, c.base, blasint(c.rowStride))
  }
}

/// The library that multiplies matrices.
enum OpenBLAS {
  /// Its own threads lose at the sizes used here; they are switched off once, before the first call.
  static let onOneThread: Void = openblas_set_num_threads(1)
}
