import Threads

/// 1×1 convolution with a stride of 1: a product of the matrix of all pixels of a batch with the weights, whichever
/// picture a pixel is of.
enum PointwiseConvolution {
  /// Floats of a run of pixels, of both arrays: it stays in the second-level cache while panel after panel of the
  /// weights passes.
  private static let runFloats = 1 << 16
  /// Runs into which the pixels are cut at least, for threads to share out.
  private static let leastRuns = 16

  /// Whether a convolution is one of this kind.
  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 1 && shape.stride == 1 && shape.padding == 0
  }

  /// y ← x ⋆ w and the epilogue.
  static func forward(_ shape: ConvolutionShape, x: Storage, weight: Storage, y: Storage, _ epilogue: Epilogue) {
    shape.check(x: x, y: y, weight: weight)
    let inputs = shape.inputChannels
    let panels = PackedPanels(inner: inputs, columns: shape.outputChannels, of: weight, columnStride: inputs) { $0 }
    multiply(x, panels, pixels: shape.pixels, into: y, epilogue)
  }

  /// dx ← the adjoint of y = x ⋆ w applied to dy, and the epilogue.
  static func adjoint(_ shape: ConvolutionShape, dy: Storage, weight: Storage, dx: Storage, _ epilogue: Epilogue) {
    shape.check(x: dx, y: dy, weight: weight)
    let inputs = shape.inputChannels
    let panels = PackedPanels(inner: shape.outputChannels, columns: inputs, of: weight, columnStride: 1) { $0 * inputs }
    multiply(dy, panels, pixels: shape.pixels, into: dx, epilogue)
  }

  /// target[pixel, column] ← Σ source[pixel, k]·panels[k, column], k in order, and the epilogue.
  private static func multiply(
    _ source: Storage, _ panels: PackedPanels, pixels: Int, into target: Storage, _ epilogue: Epilogue
  ) {
    precondition(epilogue.bias.map { $0.count == panels.columns } ?? true, "a bias for \(panels.columns) channels")
    let bias = Storage.zeros(count: panels.count * MatrixTile.columns)
    if let given = epilogue.bias { bias.base.update(from: given.base, count: panels.columns) }
    let store = epilogue.store(to: target)
    let longest = min(runFloats / (panels.inner + panels.columns), pixels / leastRuns)
    let length = max(1, longest / MatrixTile.rows) * MatrixTile.rows
    Parallel.forEachRange(of: pixels, length: length) { run in
      for panel in 0..<panels.count {
        let first = panel * MatrixTile.columns
        let (b, columns) = (panels.panel(panel), panels.columns - first)
        let (low, high) = (bias.base.vector(first), bias.base.vector(first + Vector.scalarCount))
        for pixel in stride(from: run.lowerBound, to: run.upperBound, by: MatrixTile.rows) {
          // Rows past the last pixel repeat it; they are not stored.
          let a = MatrixTile.Rows { UnsafePointer(source.base) + min(pixel + $0, run.upperBound - 1) * panels.inner }
          var tile = MatrixTile(low, high)
          tile.addProduct(a, aStep: 1, b, bStep: MatrixTile.columns, count: panels.inner)
          tile.store(store, rows: run.upperBound - pixel, columns: columns) {
            target.base + (pixel + $0) * panels.columns + first
          }
        }
      }
    }
  }
}

extension ConvolutionShape {
  /// Pixels of y in the batch.
  fileprivate var pixels: Int { batch * outputHeight * outputWidth }
}
