/// The weight gradient of any convolution: for every tap, dw = Σ over pixels of xᵀ·dy, by tiles of 6 input channels and
/// a panel of output channels.
///
/// The batch is cut into groups of pictures that depend on the shape alone; each group sums on its own and the groups
/// are added in order, so the threads do not change the sum.
enum TapWeightGradient {
  /// What the groups' sums may take together, in floats.
  private static let budget = 16 << 20

  /// dw ← (accumulate ? dw : 0) + the gradient; dw is [out, in, kernel, kernel].
  static func run(_ shape: ConvolutionShape, x: Storage, dy: Storage, dw: Storage, accumulate: Bool) {
    shape.check(x: x, y: dy, weight: dw)
    let groups = max(1, min(shape.batch, 16, budget / max(1, shape.weightCount)))
    let source = PaddedPictures(
      x, height: shape.height, width: shape.width, channels: shape.inputChannels, low: shape.padding,
      high: shape.padding)
    let sums = Storage(count: groups * shape.weightCount)
    Threads.forEachPiece(groups) { group in
      let images = group * shape.batch / groups..<(group + 1) * shape.batch / groups
      let sum = sums.base + group * shape.weightCount
      for image in images {
        let padded = source.padded(image)
        let gradient = dy.base + image * shape.outputHeight * shape.outputWidth * shape.outputChannels
        addPicture(shape, source, padded.base, gradient, sum, accumulate: image > images.lowerBound)
      }
    }
    merge(shape, sums: sums, groups: groups, dw: dw, accumulate: accumulate)
  }

  /// sum[tap, in, out] (+)= xᵀ·dy of one picture.
  private static func addPicture(
    _ shape: ConvolutionShape, _ source: PaddedPictures, _ x: UnsafeMutablePointer<Float>,
    _ dy: UnsafeMutablePointer<Float>, _ sum: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let (inputs, outputs, k) = (shape.inputChannels, shape.outputChannels, shape.kernel)
    let segments = (0..<shape.outputHeight).map { row in
      MatrixTile.Segment(
        a: row * shape.stride * source.paddedWidth * inputs, b: row * shape.outputWidth * outputs)
    }
    for tap in 0..<k * k {
      let window = UnsafePointer(x + (tap / k * source.paddedWidth + tap % k) * inputs)
      for input in stride(from: 0, to: inputs, by: MatrixTile.rows) {
        let rows = min(MatrixTile.rows, inputs - input)
        // A row past the last channel reads what follows it and is not stored; the last pixel has the slack behind it.
        let a = window + input
        for output in stride(from: 0, to: outputs, by: MatrixTile.columns) {
          let columns = min(MatrixTile.columns, outputs - output)
          var tile = MatrixTile()
          for segment in segments {
            tile.addProduct(
              (a, a + 1, a + 2, a + 3, a + 4, a + 5), aStep: shape.stride * inputs, UnsafePointer(dy + output),
              bStep: outputs, count: shape.outputWidth, offset: segment)
          }
          let target = sum + (tap * inputs + input) * outputs + output
          if rows == MatrixTile.rows, columns == MatrixTile.columns {
            tile.store(accumulate: accumulate) { target + $0 * outputs }
          } else {
            tile.storeEdge(rows: rows, columns: columns, accumulate: accumulate) { target + $0 * outputs }
          }
        }
      }
    }
  }

  /// Adds the groups' [tap, in, out] sums up and turns them to [out, in, tap].
  private static func merge(
    _ shape: ConvolutionShape, sums: Storage, groups: Int, dw: Storage, accumulate: Bool
  ) {
    let (inputs, outputs, taps) = (shape.inputChannels, shape.outputChannels, shape.kernel * shape.kernel)
    Threads.forEachRange(of: outputs, length: max(1, 4096 / (inputs * taps))) { range in
      for output in range {
        for input in 0..<inputs {
          for tap in 0..<taps {
            var sum: Float = 0
            for group in 0..<groups {
              sum += sums.base[group * shape.weightCount + (tap * inputs + input) * outputs + output]
            }
            let index = (output * inputs + input) * taps + tap
            dw.base[index] = accumulate ? dw.base[index] + sum : sum
          }
        }
      }
    }
  }
}
