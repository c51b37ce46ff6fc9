/// The weight gradient of a convolution of pictures with too few channels to fill a vector: the elements of a pixel's
/// window are the rows of a matrix tile, read where they lie in the picture.
///
///     dw[o, (ky, kx, c)] = Σ over pixels of x's window at (ky, kx, c) · dy[o]
enum WindowWeightGradient {
  /// Pixels multiplied at a time, about: a panel of their dy stays in the first-level cache.
  private static let pixelsAtOnce = 256

  /// dw ← (accumulate ? dw : 0) + the gradient; dw is [out, in, kernel, kernel].
  static func run(
    _ shape: ConvolutionShape, _ parts: BatchParts, x: Storage, dy: Storage, dw: Storage, accumulate: Bool
  ) {
    shape.check(x: x, y: dy, weight: dw)
    let source = PaddedPictures(
      x, height: shape.height, width: shape.width, channels: shape.inputChannels, low: shape.padding,
      high: shape.padding)
    let rowsAtOnce = max(1, pixelsAtOnce / shape.outputWidth)
    WeightGradientParts(shape, parts).run(dw: dw, accumulate: accumulate) { pictures, sum in
      for picture in pictures {
        let padded = source.padded(picture)
        for row in stride(from: 0, to: shape.outputHeight, by: rowsAtOnce) {
          let rows = row..<min(shape.outputHeight, row + rowsAtOnce)
          addProduct(
            shape, rows, x: padded.base, rowStride: source.paddedWidth * shape.inputChannels,
            dy: dy.base + picture * shape.outputHeight * shape.outputWidth * shape.outputChannels, sum: sum,
            accumulate: row > 0 || picture > pictures.lowerBound)
        }
      }
    }
  }

  /// sum[(ky, kx, in), out] ← (accumulate ? sum : 0) + the products of some rows of one picture.
  private static func addProduct(
    _ shape: ConvolutionShape, _ rows: Range<Int>, x: UnsafePointer<Float>, rowStride: Int, dy: UnsafePointer<Float>,
    sum: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let (outputs, run) = (shape.outputChannels, shape.kernel * shape.inputChannels)
    let elements = shape.kernel * run
    for output in stride(from: 0, to: outputs, by: MatrixTile.columns) {
      for element in stride(from: 0, to: elements, by: MatrixTile.rows) {
        // Rows past the last element repeat it; they are not stored.
        let window = MatrixTile.Rows { index in
          let element = min(element + index, elements - 1)
          return x + element / run * rowStride + element % run
        }
        var tile = MatrixTile()
        for row in rows {
          // Of a panel past the last channel some columns hold what follows; they are not stored either.
          tile.addProduct(
            window, aStep: shape.stride * shape.inputChannels, dy + output, bStep: outputs, count: shape.outputWidth,
            offset: .init(a: row * shape.stride * rowStride, b: row * shape.outputWidth * outputs))
        }
        let target = sum + element * outputs + output
        tile.store(.init(addend: accumulate ? 0 : nil), rows: elements - element, columns: outputs - output) {
          target + $0 * outputs
        }
      }
    }
  }
}
