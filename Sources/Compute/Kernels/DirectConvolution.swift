import Threads

/// Convolution straight from the pictures: every tap of the kernel, or row of taps, is one more run of the sum in a
/// `MatrixTile`.
///
/// Serves pictures of few channels, strided and even-sized kernels, and the adjoint of each. The adjoint of a strided
/// convolution splits the pixels of x by their residue modulo the stride: within one residue it is an ordinary
/// convolution of y with the taps that reach it, so no product with a zero is ever formed.
enum DirectConvolution {
  /// One sum for every pixel of a regular grid of target pixels.
  private struct Pass {
    /// Where the runs of the sum begin, in pixels of the padded source from the grid point's source pixel.
    var runs: [(row: Int, column: Int)]
    /// Floats of a run: the channels of one tap or of several that lie side by side.
    var length: Int
    /// Weights [runs · length, target channels].
    var weights: PackedPanels
    var rowStart: Int
    var columnStart: Int
    var rows: Int
    var columns: Int
  }

  /// y ← x ⋆ w and the epilogue.
  static func forward(_ shape: ConvolutionShape, x: Storage, weight: Storage, y: Storage, _ epilogue: Epilogue) {
    shape.check(x: x, y: y, weight: weight)
    let (k, channels) = (shape.kernel, shape.inputChannels)
    let panels = PackedPanels(
      inner: k * k * channels, columns: shape.outputChannels, of: weight, columnStride: channels * k * k
    ) { row in
      row % channels * k * k + row / channels
    }
    // The taps of a kernel's row lie side by side.
    let pass = Pass(
      runs: (0..<k).map { ($0, 0) }, length: k * channels, weights: panels, rowStart: 0, columnStart: 0,
      rows: shape.outputHeight, columns: shape.outputWidth)
    let source = PaddedPictures(
      x, height: shape.height, width: shape.width, channels: channels, low: shape.padding, high: shape.padding)
    Sums(
      [pass], batch: shape.batch, source: source, sourceStep: shape.stride, height: shape.outputHeight,
      width: shape.outputWidth, channels: shape.outputChannels, targetStep: 1
    ).run(into: y, epilogue)
  }

  /// dx ← the adjoint of y = x ⋆ w applied to dy, and the epilogue.
  static func adjoint(_ shape: ConvolutionShape, dy: Storage, weight: Storage, dx: Storage, _ epilogue: Epilogue) {
    shape.check(x: dx, y: dy, weight: weight)
    adjointSums(shape, dy: dy, weight: weight).run(into: dx, epilogue)
  }

  /// The adjoint of y = x ⋆ w applied to dy, a picture at a time: `body` is handed each in turn, by any thread.
  static func adjoint(
    _ shape: ConvolutionShape, dy: Storage, weight: Storage, _ body: (_ picture: Int, _ dx: Storage) -> Void
  ) {
    let sums = adjointSums(shape, dy: dy, weight: weight)
    Parallel.forEachPiece(shape.batch) { picture in
      let dx = Storage(count: shape.height * shape.width * shape.inputChannels)
      sums.compute(picture, into: dx.base)
      body(picture, dx)
    }
  }

  private static func adjointSums(_ shape: ConvolutionShape, dy: Storage, weight: Storage) -> Sums {
    let (stride, padding) = (shape.stride, shape.padding)
    // The furthest a tap may reach before the first and behind the last pixel of dy.
    let low = max(0, (shape.kernel - 1 - padding + stride - 1) / stride)
    let high = max(
      0, (shape.height - 1 + padding) / stride - shape.outputHeight + 1,
      (shape.width - 1 + padding) / stride - shape.outputWidth + 1)
    var passes: [Pass] = []
    for rowResidue in 0..<min(stride, shape.height) {
      for columnResidue in 0..<min(stride, shape.width) {
        passes.append(residuePass(shape, weight: weight, row: rowResidue, column: columnResidue, low: low))
      }
    }
    let source = PaddedPictures(
      dy, height: shape.outputHeight, width: shape.outputWidth, channels: shape.outputChannels, low: low, high: high)
    return Sums(
      passes, batch: shape.batch, source: source, sourceStep: 1, height: shape.height, width: shape.width,
      channels: shape.inputChannels, targetStep: stride)
  }

  private static func residuePass(
    _ shape: ConvolutionShape, weight: Storage, row: Int, column: Int, low: Int
  ) -> Pass {
    let (k, stride, inputs, outputs) = (shape.kernel, shape.stride, shape.inputChannels, shape.outputChannels)
    var taps: [(row: Int, column: Int)] = []
    var positions: [Int] = []
    for ky in 0..<k where (row + shape.padding - ky) % stride == 0 {
      for kx in 0..<k where (column + shape.padding - kx) % stride == 0 {
        taps.append(((row + shape.padding - ky) / stride + low, (column + shape.padding - kx) / stride + low))
        positions.append(ky * k + kx)
      }
    }
    let panels = PackedPanels(inner: taps.count * outputs, columns: inputs, of: weight, columnStride: k * k) { index in
      index % outputs * inputs * k * k + positions[index / outputs]
    }
    return Pass(
      runs: taps, length: outputs, weights: panels, rowStart: row, columnStart: column,
      rows: (shape.height - row + stride - 1) / stride, columns: (shape.width - column + stride - 1) / stride)
  }

  /// All sums of a convolution, to be had a picture at a time.
  private struct Sums {
    private let batch: Int
    private let source: PaddedPictures
    private let plans: [PassPlan]
    /// Floats of a target picture, and its channels.
    private let count: Int
    private let channels: Int

    init(
      _ passes: [Pass], batch: Int, source: PaddedPictures, sourceStep: Int, height: Int, width: Int, channels: Int,
      targetStep: Int
    ) {
      (self.batch, self.source, self.channels, count) = (batch, source, channels, height * width * channels)
      plans = passes.map {
        PassPlan(pass: $0, source: source, sourceStep: sourceStep, width: width, channels: channels, step: targetStep)
      }
    }

    /// target ← the sums and the epilogue.
    func run(into target: Storage, _ epilogue: Epilogue) {
      precondition(
        target.count == batch * count && epilogue.bias.map { $0.count == channels } ?? true,
        "\(target.count) elements and \(channels) channels")
      let (bias, store) = (epilogue.bias.map(padded), epilogue.store(to: target))
      Parallel.forEachPiece(batch) { compute($0, into: target.base + $0 * count, bias: bias, store) }
    }

    /// y ← the sums of one picture.
    func compute(
      _ picture: Int, into y: UnsafeMutablePointer<Float>, bias: Storage? = nil, _ store: Epilogue.Store = .init()
    ) {
      let padded = source.padded(picture)
      for plan in plans { plan.run(padded.base, bias: bias?.base, y: y, channels: channels, store) }
    }

    /// A bias with zeros up to whole panels.
    private func padded(_ bias: Storage) -> Storage {
      let result = Storage.zeros(count: PackedPanels.panelCount(channels) * MatrixTile.columns)
      result.base.update(from: bias.base, count: channels)
      return result
    }
  }

  /// A pass with the offsets of its pixels worked out, the same for every picture.
  private struct PassPlan {
    let weights: PackedPanels
    let segments: [MatrixTile.Segment]
    let length: Int
    let sourceOffsets: [Int]
    let targetOffsets: [Int]

    init(pass: Pass, source: PaddedPictures, sourceStep: Int, width: Int, channels: Int, step: Int) {
      weights = pass.weights
      length = pass.length
      segments = pass.runs.enumerated().map { index, run in
        MatrixTile.Segment(
          a: (run.row * source.paddedWidth + run.column) * source.channels,
          b: index * pass.length * MatrixTile.columns)
      }
      var (sources, targets): ([Int], [Int]) = ([], [])
      for row in 0..<pass.rows {
        for column in 0..<pass.columns {
          sources.append((row * source.paddedWidth + column) * sourceStep * source.channels)
          targets.append(((pass.rowStart + row * step) * width + pass.columnStart + column * step) * channels)
        }
      }
      (sourceOffsets, targetOffsets) = (sources, targets)
    }

    func run(
      _ x: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?, y: UnsafeMutablePointer<Float>,
      channels: Int, _ store: Epilogue.Store
    ) {
      let pixels = sourceOffsets.count
      let source = UnsafePointer(x)
      for panel in 0..<weights.count {
        let (first, b) = (panel * MatrixTile.columns, weights.panel(panel))
        let (low, high) = (bias?.vector(first) ?? Vector(), bias?.vector(first + Vector.scalarCount) ?? Vector())
        for start in stride(from: 0, to: pixels, by: MatrixTile.rows) {
          // Rows past the last pixel repeat it; they are not stored.
          let rows = MatrixTile.Rows { source + sourceOffsets[min(start + $0, pixels - 1)] }
          var tile = MatrixTile(low, high)
          for segment in segments {
            tile.addProduct(rows, aStep: 1, b, bStep: MatrixTile.columns, count: length, offset: segment)
          }
          tile.store(store, rows: pixels - start, columns: channels - first) { y + targetOffsets[start + $0] + first }
        }
      }
    }
  }
}
