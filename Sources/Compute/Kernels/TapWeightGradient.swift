/// The weight gradient of any convolution: for every tap, dw = Σ over pixels of xᵀ·dy, by tiles of a few input channels
/// and a panel of output channels.
enum TapWeightGradient {
  /// Pixels packed at a time, about: a panel of them fits the first-level cache beside the channels it is multiplied with.
  private static let pixelsAtOnce = 256

  /// dw ← (accumulate ? dw : 0) + the gradient; dw is [out, in, kernel, kernel].
  static func run(_ shape: ConvolutionShape, x: Storage, dy: Storage, dw: Storage, accumulate: Bool) {
    shape.check(x: x, y: dy, weight: dw)
    let rowsAtOnce = max(1, pixelsAtOnce / shape.outputWidth)
    WeightGradientGroups(shape).run(dw: dw, accumulate: accumulate) { pictures, sum in
      let packed = PackedPixels(shape, rows: rowsAtOnce)
      let (start, end) = (pictures.lowerBound * shape.outputHeight, pictures.upperBound * shape.outputHeight)
      for row in stride(from: start, to: end, by: rowsAtOnce) {
        packed.addProduct(
          row..<min(end, row + rowsAtOnce), x: x.base, dy: dy.base, sum: sum, accumulate: row > start)
      }
    }
  }
}

/// A run of output rows of a batch, rearranged so that a matrix tile reads both operands of a weight gradient in order:
/// dy in panels of output channels, x in strips of input channels as wide as a tile is high.
private struct PackedPixels {
  private let shape: ConvolutionShape
  private let panels: Storage
  private let strip: Storage

  init(_ shape: ConvolutionShape, rows: Int) {
    let pixels = rows * shape.outputWidth
    self.shape = shape
    panels = Storage(count: PackedPanels.panelCount(shape.outputChannels) * pixels * MatrixTile.columns)
    strip = Storage(count: pixels * MatrixTile.rows)
  }

  /// sum[tap, in, out] ← (accumulate ? sum : 0) + xᵀ·dy over output rows, counted across the batch.
  func addProduct(
    _ rows: Range<Int>, x: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>,
    sum: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
    let pixels = rows.count * shape.outputWidth
    packPanels(dy + rows.lowerBound * shape.outputWidth * outputs, pixels: pixels)
    let a = MatrixTile.Rows { UnsafePointer(strip.base + $0) }
    for tap in 0..<shape.kernel * shape.kernel {
      for input in stride(from: 0, to: inputs, by: MatrixTile.rows) {
        packStrip(x + input, rows, tap: tap)
        for output in stride(from: 0, to: outputs, by: MatrixTile.columns) {
          var tile = MatrixTile()
          tile.addProduct(
            a, aStep: MatrixTile.rows, UnsafePointer(panels.base + output * pixels), bStep: MatrixTile.columns,
            count: pixels)
          let target = sum + (tap * inputs + input) * outputs + output
          tile.store(.init(addend: accumulate ? 0 : nil), rows: inputs - input, columns: outputs - output) {
            target + $0 * outputs
          }
        }
      }
    }
  }

  private func packPanels(_ dy: UnsafeMutablePointer<Float>, pixels: Int) {
    let outputs = shape.outputChannels
    for first in stride(from: 0, to: outputs, by: MatrixTile.columns) {
      var target = panels.base + first * pixels
      let width = min(MatrixTile.columns, outputs - first)
      for pixel in 0..<pixels {
        let source = dy + pixel * outputs + first
        if width == MatrixTile.columns {
          target.store(source.vector())
          target.store(source.vector(Vector.scalarCount), Vector.scalarCount)
        } else {
          for column in 0..<MatrixTile.columns { target[column] = column < width ? source[column] : 0 }
        }
        target += MatrixTile.columns
      }
    }
  }

  /// The pixels that a tap meets, from a channel on; zeros where it meets the padding. Of a strip past the last channel
  /// some columns hold what follows; they are not stored in the end.
  private func packStrip(_ x: UnsafeMutablePointer<Float>, _ rows: Range<Int>, tap: Int) {
    let (step, inputs) = (shape.stride, shape.inputChannels)
    let (rowShift, columnShift) = (tap / shape.kernel - shape.padding, tap % shape.kernel - shape.padding)
    // The output columns whose pixel lies on the picture.
    let first = min(shape.outputWidth, max(0, (step - 1 - columnShift) / step))
    let end = max(first, min(shape.outputWidth, (shape.width - 1 - columnShift + step) / step))
    var target = strip.base
    for row in rows {
      let inputRow = row % shape.outputHeight * step + rowShift
      let inside = inputRow >= 0 && inputRow < shape.height ? first..<end : 0..<0
      target.update(repeating: 0, count: inside.lowerBound * MatrixTile.rows)
      target += inside.lowerBound * MatrixTile.rows
      var source =
        x
        + ((row / shape.outputHeight * shape.height + inputRow) * shape.width
          + inside.lowerBound * step + columnShift) * inputs
      for _ in inside {
        // Eight floats whatever the tile's height: the next pixel overwrites what is too much.
        UnsafeMutableRawPointer(target).storeBytes(
          of: UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
        target += MatrixTile.rows
        source += step * inputs
      }
      let rest = (shape.outputWidth - inside.upperBound) * MatrixTile.rows
      target.update(repeating: 0, count: rest)
      target += rest
    }
  }
}
