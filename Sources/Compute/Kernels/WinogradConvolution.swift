/// 3×3 convolutions with stride 1 and padding 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications.
///
/// y = Aᵀ[Σ_c (G w Gᵀ) ⊙ (Bᵀ x B)]A for every 4×4 tile of y. Each of the 36 positions is one matrix product over
/// tiles and channels. The adjoint is the same convolution with turned filters; the weight gradient is the exact
/// adjoint of the filter's part: dw = Gᵀ[Σ_tiles (Bᵀ x B)ᵀ·(A dy Aᵀ)]G.
enum WinogradConvolution {
  /// Floats of transformed tiles that a thread's second-level cache holds beside the filters passing through.
  private static let cacheFloats = 96 << 10
  /// Floats of transformed tiles that the shared cache holds.
  private static let sharedCacheFloats = 4 << 20
  /// Filters beyond this many floats no longer pass through a thread's cache for every block of tiles.
  private static let residentFilterFloats = 1 << 20

  /// Whether this algorithm computes the convolution.
  static func serves(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1
      && WinogradTiles.serves(channels: shape.inputChannels) && WinogradTiles.serves(channels: shape.outputChannels)
  }

  /// y ← (accumulate ? y : 0) + x ⋆ w (+ bias).
  static func forward(
    _ shape: ConvolutionShape, x: Storage, weight: Storage, bias: Storage?, y: Storage, accumulate: Bool = false
  ) {
    shape.check(x: x, y: y, weight: weight)
    let filter = WinogradFilter(
      weight, outputs: shape.outputChannels, inputs: shape.inputChannels, use: .forward)
    run(shape, x: x, filter: filter, bias: bias, y: y, accumulate: accumulate)
  }

  /// dx ← (accumulate ? dx : 0) + the adjoint of y = x ⋆ w applied to dy (+ bias).
  static func adjoint(
    _ shape: ConvolutionShape, dy: Storage, weight: Storage, bias: Storage? = nil, dx: Storage, accumulate: Bool
  ) {
    shape.check(x: dx, y: dy, weight: weight)
    let filter = WinogradFilter(
      weight, outputs: shape.outputChannels, inputs: shape.inputChannels, use: .adjoint)
    run(shape, x: dy, filter: filter, bias: bias, y: dx, accumulate: accumulate)
  }

  private static func run(
    _ shape: ConvolutionShape, x: Storage, filter: WinogradFilter, bias: Storage?, y: Storage, accumulate: Bool
  ) {
    precondition(bias.map { $0.count == filter.columns } ?? true, "a bias for \(filter.columns) channels")
    let tiles = WinogradTiles(batch: shape.batch, height: shape.height, width: shape.width)
    let filterFloats = WinogradFilter.positions * filter.inner * filter.columns
    let blockWise = filterFloats <= residentFilterFloats
    let rowStride = filter.panels * MatrixTile.columns
    let tileFloats = WinogradFilter.positions * (filter.inner + rowStride)
    let budget = blockWise ? cacheFloats : sharedCacheFloats
    let length = max(1, budget / tileFloats / MatrixTile.rows) * MatrixTile.rows
    let product = Product(tiles: tiles, filter: filter, bias: bias, accumulate: accumulate, rowStride: rowStride)
    if blockWise {
      Threads.forEachRange(of: tiles.count, length: length) { product.block($0, x: x, y: y) }
    } else {
      for start in stride(from: 0, to: tiles.count, by: length) {
        product.chunk(start..<min(tiles.count, start + length), x: x, y: y)
      }
    }
  }

  /// The three phases of the convolution for a run of tiles: transform, 36 matrix products, transform back.
  private struct Product {
    let tiles: WinogradTiles
    let filter: WinogradFilter
    let bias: Storage?
    let accumulate: Bool
    let rowStride: Int

    /// All three phases in one thread, the transformed tiles staying in its cache.
    func block(_ range: Range<Int>, x: Storage, y: Storage) {
      let (v, m, rows) = scratch(range.count)
      tiles.transformInputs(range, of: x.base, channels: filter.inner, into: v.base, stride: rows * filter.inner)
      for position in 0..<WinogradFilter.positions {
        for panel in 0..<filter.panels { multiply(position, panel, v: v, m: m, tiles: range.count, rows: rows) }
      }
      tiles.transformOutputs(
        range, of: m.base, rowStride: rowStride, stride: rows * rowStride, bias: bias?.base, channels: filter.columns,
        into: y.base, accumulate: accumulate)
    }

    /// Each phase by all threads, so that every thread reads only its positions' filters.
    func chunk(_ range: Range<Int>, x: Storage, y: Storage) {
      let (v, m, rows) = scratch(range.count)
      let share = 8
      Threads.forEachRange(of: range.count, length: share) { part in
        let some = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
        tiles.transformInputs(
          some, of: x.base, channels: filter.inner, into: v.base + part.lowerBound * filter.inner,
          stride: rows * filter.inner)
      }
      Threads.forEachPiece(WinogradFilter.positions * filter.panels) { piece in
        multiply(piece / filter.panels, piece % filter.panels, v: v, m: m, tiles: range.count, rows: rows)
      }
      Threads.forEachRange(of: range.count, length: share) { part in
        let some = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
        tiles.transformOutputs(
          some, of: m.base + part.lowerBound * rowStride, rowStride: rowStride, stride: rows * rowStride,
          bias: bias?.base, channels: filter.columns, into: y.base, accumulate: accumulate)
      }
    }

    private func scratch(_ tileCount: Int) -> (v: Storage, m: Storage, rows: Int) {
      let rows = (tileCount + MatrixTile.rows - 1) / MatrixTile.rows * MatrixTile.rows
      return (
        Storage(count: WinogradFilter.positions * rows * filter.inner),
        Storage(count: WinogradFilter.positions * rows * rowStride), rows
      )
    }

    /// m[position][tile][panel] ← v[position]·u[position][panel].
    private func multiply(_ position: Int, _ panel: Int, v: Storage, m: Storage, tiles: Int, rows: Int) {
      let inner = filter.inner
      let b = filter.panel(position: position, index: panel)
      for row in stride(from: 0, to: tiles, by: MatrixTile.rows) {
        let a = UnsafePointer(v.base + (position * rows + row) * inner)
        let c = m.base + (position * rows + row) * rowStride + panel * MatrixTile.columns
        var tile = MatrixTile()
        tile.addProduct(
          (a, a + inner, a + 2 * inner, a + 3 * inner, a + 4 * inner, a + 5 * inner), aStep: 1, b,
          bStep: MatrixTile.columns, count: inner)
        tile.store(accumulate: false) { c + $0 * rowStride }
      }
    }
  }

  /// dw ← (accumulate ? dw : 0) + the weight gradient.
  static func weightGradient(_ shape: ConvolutionShape, x: Storage, dy: Storage, dw: Storage, accumulate: Bool) {
    shape.check(x: x, y: dy, weight: dw)
    let tiles = WinogradTiles(batch: shape.batch, height: shape.height, width: shape.width)
    let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
    let rows = (inputs + MatrixTile.rows - 1) / MatrixTile.rows * MatrixTile.rows
    let columns = PackedPanels.panelCount(outputs) * MatrixTile.columns
    let gradient = Storage(count: WinogradFilter.positions * rows * columns)
    let length = max(32, sharedCacheFloats / (WinogradFilter.positions * (inputs + outputs)))
    for start in stride(from: 0, to: tiles.count, by: length) {
      let range = start..<min(tiles.count, start + length)
      addChunk(
        tiles, range, x: x, dy: dy, inputs: inputs, outputs: outputs, gradient: gradient, rows: rows, columns: columns)
    }
    WinogradFilter.addGradient(
      gradient, rows: rows, columnStride: columns, outputs: outputs, inputs: inputs, dw: dw, accumulate: accumulate)
  }

  /// gradient[position] (+)= vᵀ·m over a run of tiles: first the transforms, then a matrix product per position.
  private static func addChunk(
    _ tiles: WinogradTiles, _ range: Range<Int>, x: Storage, dy: Storage, inputs: Int, outputs: Int,
    gradient: Storage, rows: Int, columns: Int
  ) {
    let count = range.count
    let v = Storage(count: WinogradFilter.positions * count * inputs)
    let m = Storage(count: WinogradFilter.positions * count * outputs)
    Threads.forEachRange(of: count, length: 16) { part in
      let some = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
      tiles.transformInputs(
        some, of: x.base, channels: inputs, into: v.base + part.lowerBound * inputs, stride: count * inputs)
      tiles.transformOutputGradients(
        some, of: dy.base, channels: outputs, into: m.base + part.lowerBound * outputs, stride: count * outputs)
    }
    let panels = columns / MatrixTile.columns
    let first = range.lowerBound == 0
    Threads.forEachPiece(WinogradFilter.positions * panels) { piece in
      let (position, panel) = (piece / panels, piece % panels)
      let c = gradient.base + position * rows * columns + panel * MatrixTile.columns
      // Runs of tiles whose operands stay in the first-level cache.
      for run in stride(from: 0, to: count, by: 128) {
        let length = min(128, count - run)
        let b = UnsafePointer(m.base + (position * count + run) * outputs + panel * MatrixTile.columns)
        for row in stride(from: 0, to: inputs, by: MatrixTile.rows) {
          let a = UnsafePointer(v.base + (position * count + run) * inputs + row)
          var tile = MatrixTile()
          tile.addProduct(
            (a, a + 1, a + 2, a + 3, a + 4, a + 5), aStep: inputs, b, bStep: outputs, count: length)
          tile.store(accumulate: !first || run > 0) { c + (row + $0) * columns }
        }
      }
    }
  }
}
