import Threads

/// One Winograd convolution from some planes of pictures to one plane: transform, a matrix product for each position,
/// transform back.
struct WinogradProduct<Scheme: WinogradScheme> {
  /// A plane that is read, and how far before its outputs a tile's window begins.
  struct Source {
    var plane: WinogradPlane
    var before: (rows: Int, columns: Int)
  }

  /// Floats of transformed tiles that a thread's second-level cache holds beside the filters passing through: half of
  /// what lies beyond 256 KiB, and at least 384 KiB. The longer a block, the less often filters pass.
  private static var cacheFloats: Int { max(96 << 10, (SecondLevelCache.bytes - (256 << 10)) / 2 / 4) }
  /// Floats of transformed tiles that the shared cache holds.
  private static var sharedCacheFloats: Int { 5 << 20 }
  /// Filters beyond this many floats no longer pass through a thread's cache for every block of tiles. Vectors of eight
  /// floats compute for twice as long on what passes, so that more may pass.
  private static var residentFilterFloats: Int { Vector.scalarCount == 16 ? 1 << 20 : 4 << 20 }

  private typealias Tiles = WinogradTiles<Scheme>
  private let tiles: WinogradTiles<Scheme>
  private let sources: [Source]
  private let filter: WinogradFilter<Scheme>
  private let target: WinogradPlane
  private let epilogue: Epilogue

  /// target ← Σ over sources of source ⋆ filter, and the epilogue.
  static func run(
    batch: Int, _ sources: [Source], _ filter: WinogradFilter<Scheme>, into target: WinogradPlane, _ epilogue: Epilogue
  ) {
    precondition(
      epilogue.bias.map { $0.count == filter.columns } ?? true && target.channels == filter.columns
        && sources.reduce(0) { $0 + $1.plane.channels } == filter.inner,
      "\(filter.inner) to \(filter.columns) channels")
    Self(
      tiles: Tiles(batch: batch, height: target.rows, width: target.columns), sources: sources, filter: filter,
      target: target, epilogue: epilogue
    ).run()
  }

  private var rowStride: Int { filter.panels * MatrixTile.columns }

  private func run() {
    let blockWise = filter.panels * filter.panelCount <= Self.residentFilterFloats
    let budget = blockWise ? Self.cacheFloats : Self.sharedCacheFloats
    let tileFloats = Scheme.positions * (filter.inner + rowStride)
    let length = max(1, budget / tileFloats / MatrixTile.rows) * MatrixTile.rows
    if blockWise {
      let filters = transformedFilters()
      Parallel.forEachRange(of: tiles.count, length: length) { block($0, filters) }
    } else {
      for start in stride(from: 0, to: tiles.count, by: length) { chunk(start..<min(tiles.count, start + length)) }
    }
  }

  /// All panels, one behind the other.
  private func transformedFilters() -> Storage {
    let filters = Storage(count: filter.panels * filter.panelCount)
    let (target, share) = (filters.base, 16)
    let shares = (filter.inner + share - 1) / share
    Parallel.forEachPiece(filter.panels * shares) { piece in
      let (panel, first) = (piece / shares, piece % shares * share)
      filter.transform(
        first..<min(filter.inner, first + share), ofPanel: panel, into: target + panel * filter.panelCount)
    }
    return filters
  }

  /// All three phases in one thread, the transformed tiles staying in its cache.
  private func block(_ range: Range<Int>, _ filters: Storage) {
    let scratch = Scratch(tiles: range.count, inner: filter.inner, outer: rowStride)
    let steps = Scheme.positions * filter.panels
    transform(range, into: scratch.v)
    for step in 0..<steps {
      let (position, panel) = (step / filter.panels, step % filter.panels)
      multiply(position, panel, filters.base + panel * filter.panelCount, scratch, tiles: range.count)
    }
    tiles.transformOutputs(range, of: scratch.m, into: target, epilogue)
  }

  /// Each phase by all threads, every thread transforming the filters of its panels as it comes to them.
  private func chunk(_ range: Range<Int>) {
    let scratch = Scratch(tiles: range.count, inner: filter.inner, outer: rowStride)
    let share = 8
    Parallel.forEachRange(of: range.count, length: share) { part in
      let some = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
      transform(some, into: scratch.v.advanced(tiles: part.lowerBound))
    }
    Parallel.forEachPiece(filter.panels) { panel in
      let filters = Storage(count: filter.panelCount)
      filter.transform(0..<filter.inner, ofPanel: panel, into: filters.base)
      for position in 0..<Scheme.positions { multiply(position, panel, filters.base, scratch, tiles: range.count) }
    }
    Parallel.forEachRange(of: range.count, length: share) { part in
      let some = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
      tiles.transformOutputs(some, of: scratch.m.advanced(tiles: part.lowerBound), into: target, epilogue)
    }
  }

  private func transform(_ range: Range<Int>, into v: Tiles.Layout) {
    var place = v
    for source in sources {
      tiles.transformInputs(range, of: source.plane, before: source.before, into: place)
      place = place.advanced(by: source.plane.channels)
    }
  }

  /// m[position][tile][panel] ← v[position]·u[position], u being the transformed filters of the panel.
  private func multiply(
    _ position: Int, _ panel: Int, _ u: UnsafePointer<Float>, _ scratch: Scratch, tiles: Int
  ) {
    let inner = filter.inner
    let b = u + position * filter.positionStride
    let (v, m) = (scratch.v, scratch.m)
    for row in stride(from: 0, to: tiles, by: MatrixTile.rows) {
      let a = UnsafePointer(v.base + position * v.positionStride + row * inner)
      let c = m.base + position * m.positionStride + row * m.tileStride + panel * MatrixTile.columns
      var tile = MatrixTile()
      tile.addProduct(MatrixTile.Rows { a + $0 * inner }, aStep: 1, b, bStep: MatrixTile.columns, count: inner)
      tile.store { c + $0 * m.tileStride }
    }
  }

  /// The transformed tiles before and after the product, [position][tile][channel].
  private struct Scratch {
    let v: Tiles.Layout
    let m: Tiles.Layout
    private let owners: (Storage, Storage)

    init(tiles: Int, inner: Int, outer: Int) {
      // Whole matrix tiles: rows past the last tile are computed and not looked at.
      let rows = (tiles + MatrixTile.rows - 1) / MatrixTile.rows * MatrixTile.rows
      let strides = (Tiles.positionStride(rows * inner), Tiles.positionStride(rows * outer))
      owners = (Storage(count: Scheme.positions * strides.0), Storage(count: Scheme.positions * strides.1))
      v = Tiles.Layout(
        base: owners.0.base, positionStride: strides.0, tileStride: inner, groupStride: Vector.scalarCount)
      m = Tiles.Layout(
        base: owners.1.base, positionStride: strides.1, tileStride: outer, groupStride: Vector.scalarCount)
    }
  }
}
