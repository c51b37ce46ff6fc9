import Threads

/// The weight gradient of a Winograd convolution, the exact adjoint of what the filter passes through:
///
///     dw = Gᵀ[Σ_tiles (Bᵀ x B)ᵀ·(A dy Aᵀ)]G
///
/// Every part of the batch is summed on its own, block after block of its tiles: of a few input by a few output channels
/// at a time, at all positions, and brought back to the taps at once, a quarter of the numbers. The parts' sums meet at
/// the taps too, in the order of `SumTree`: transformed back as a whole they would be other bits.
///
/// Small filters: each thread takes a part, whose sum stays in its cache. Large filters: each thread takes some channels
/// of all parts, whose sums wait for each other, and writes the weights once. Both give the same bits.
struct WinogradWeightGradient<Scheme: WinogradScheme> {
  /// A plane convolved into another, and where its filter lies among the weights.
  struct PlanePair {
    var source: WinogradPlane
    var before: (rows: Int, columns: Int)
    var target: WinogradPlane
    var view: FilterView
  }

  /// Tiles of a block: as many as a first-level cache holds one position's operands of.
  private static var longestBlock: Int { 128 }
  /// Floats of transformed tiles that the shared cache holds.
  private static var sharedCacheFloats: Int { 5 << 20 }
  /// The largest sum, in floats, that is kept once a part.
  private static var largestPartSum: Int { 64 << 10 }

  private let tiles: WinogradTiles<Scheme>
  private let parts: BatchParts
  private let pairs: [PlanePair]
  private let inputs: Int
  private let outputs: Int

  /// Of every pair's filter, dw ← (accumulate ? dw : 0) + the gradient. The pairs have the same sizes, and their filters
  /// make up dw.
  static func run(_ parts: BatchParts, _ pairs: [PlanePair], dw: Storage, accumulate: Bool) {
    guard let first = pairs.first else { return }
    guard parts.records > 0 else { return Elementwise.fill(dw, accumulate: accumulate) { _ in WideVector() } }
    let gradient = Self(
      tiles: WinogradTiles(batch: parts.records, height: first.target.rows, width: first.target.columns), parts: parts,
      pairs: pairs, inputs: first.source.channels, outputs: first.target.channels)
    if gradient.sumCount <= Self.largestPartSum {
      gradient.addByParts(to: dw, accumulate: accumulate)
    } else {
      gradient.addByChannels(to: dw, accumulate: accumulate)
    }
  }

  private var columns: Int { PackedPanels.panelCount(outputs) * MatrixTile.columns }
  /// Floats of one sum, [tap, input, columns].
  private var sumCount: Int { Scheme.taps * Scheme.taps * inputs * columns }
  /// Tiles whose operands fit the shared cache.
  private var fittingTiles: Int { Self.sharedCacheFloats / (Scheme.positions * (inputs + outputs)) }
  private var blockLength: Int { max(8, min(Self.longestBlock, fittingTiles) / 8 * 8) }

  private func transform(
    _ pair: PlanePair, _ range: Range<Int>, at place: Int, _ operands: TransformedOperands<Scheme>
  ) {
    tiles.transformInputs(range, of: pair.source, before: pair.before, into: operands.input.advanced(tiles: place))
    tiles.transformOutputGradients(range, of: pair.target, into: operands.output.advanced(tiles: place))
  }
}

// MARK: Small filters

extension WinogradWeightGradient {
  private func addByParts(to dw: Storage, accumulate: Bool) {
    let (count, sumCount) = (parts.count, sumCount)
    let sums = Storage(count: pairs.count * count * sumCount)
    Parallel.forEachPiece(pairs.count * count) { piece in
      sumPart(piece % count, of: pairs[piece / count], into: sums.base + piece * sumCount)
    }
    for (index, pair) in pairs.enumerated() {
      addGradient(sums.base + index * count * sumCount, pair.view, dw: dw, accumulate: accumulate)
    }
  }

  /// sum[tap, input, column] ← a part's: block after block of tiles, transformed and multiplied while in the cache.
  private func sumPart(_ part: Int, of pair: PlanePair, into sum: UnsafeMutablePointer<Float>) {
    let range = parts.ranges(length: tiles.count / parts.records)[part]
    let length = min(blockLength, range.count)
    let operands = TransformedOperands<Scheme>(tiles: length, inputs: inputs, outputs: outputs)
    let unit = WeightGradientUnit<Scheme>()
    let place = TapSums(tapStride: inputs * columns, rowStride: columns)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: length) {
      let block = start..<min(range.upperBound, start + length)
      transform(pair, block, at: 0, operands)
      for column in stride(from: 0, to: outputs, by: MatrixTile.columns) {
        for row in stride(from: 0, to: inputs, by: WeightGradientUnit<Scheme>.rows) {
          unit.add(
            operands, row: row, of: inputs, column: column, tiles: 0..<block.count,
            to: sum + row * columns + column, place, accumulate: start > range.lowerBound)
        }
      }
    }
  }

  /// The weights' gradient under a view ← (accumulate ? what is there : 0) + the tree of the parts' sums, a unit's at a
  /// time, so that a filter's taps are written one after the other.
  private func addGradient(_ sums: UnsafePointer<Float>, _ view: FilterView, dw: Storage, accumulate: Bool) {
    let rows = WeightGradientUnit<Scheme>.rows
    let tree = VectorTree(count: parts.count, stride: sumCount)
    Parallel.forEachRange(of: inputs, length: rows) { range in
      let total = Storage(count: WeightGradientUnit<Scheme>.levelCount)
      for column in stride(from: 0, to: outputs, by: MatrixTile.columns) {
        for row in stride(from: range.lowerBound, to: range.upperBound, by: rows) {
          let count = min(rows, range.upperBound - row)
          addUnit(sums + row * columns + column, tree, rows: count, to: total.base)
          WeightGradientUnit<Scheme>.write(
            total.base, rows: count, columns: min(outputs - column, MatrixTile.columns), to: dw.base, view, row: row,
            column: column, accumulate: accumulate)
        }
      }
    }
  }

  /// The taps of one unit ← the tree of what the parts have of it, from `sums` on.
  private func addUnit(
    _ sums: UnsafePointer<Float>, _ tree: VectorTree, rows: Int, to total: UnsafeMutablePointer<Float>
  ) {
    let place = WeightGradientUnit<Scheme>.levelPlace
    tree.withScratch { scratch in
      for tap in 0..<Scheme.taps * Scheme.taps {
        for row in 0..<rows {
          for lane in stride(from: 0, to: MatrixTile.columns, by: Vector.scalarCount) {
            total.store(
              tree.sum(sums + (tap * inputs + row) * columns + lane, scratch),
              tap * place.tapStride + row * place.rowStride + lane)
          }
        }
      }
    }
  }
}

// MARK: Large filters

extension WinogradWeightGradient {
  /// The steps, as many at a time as have operands that the shared cache holds and panels that a thread's cache holds.
  private func chunks() -> [ArraySlice<SumStep>] {
    let panelFloats = Scheme.positions * MatrixTile.columns
    return SumStep.chunks(
      parts, length: tiles.count / parts.records, longest: blockLength,
      limit: min(fittingTiles, SecondLevelCache.bytes / 4 * 3 / 8 / panelFloats))
  }

  private var rowUnits: Int { (inputs + WeightGradientUnit<Scheme>.rows - 1) / WeightGradientUnit<Scheme>.rows }
  private var panels: Int { columns / MatrixTile.columns }

  private func addByChannels(to dw: Storage, accumulate: Bool) {
    let chunks = chunks()
    let levelCount = WeightGradientUnit<Scheme>.levelCount
    let levelsCount = SumTree.depth(of: parts.count) * levelCount
    // Of one chunk, the waiting sums of a unit never leave a thread's cache.
    let kept = chunks.count > 1 ? Storage(count: pairs.count * panels * rowUnits * levelsCount) : nil
    for (index, chunk) in chunks.enumerated() {
      for (pair, planes) in pairs.enumerated() {
        let operands = transformed(chunk, planes)
        Parallel.forEachPiece(panels) { panel in
          let scratch = Storage(count: levelsCount)
          let unit = WeightGradientUnit<Scheme>()
          for row in 0..<rowUnits {
            let first = ((pair * panels + panel) * rowUnits + row) * levelsCount
            let levels = SumLevels(
              count: levelCount, kept: kept.map { $0.base + first } ?? scratch.base, scratch: scratch.base,
              highest: kept == nil ? .max : chunk[chunk.startIndex].level)
            let place = (
              row: row * WeightGradientUnit<Scheme>.rows, column: panel * MatrixTile.columns
            )
            add(chunk, operands, unit, place, levels)
            guard index == chunks.count - 1 else { continue }
            WeightGradientUnit<Scheme>.write(
              levels[0], rows: min(inputs - place.row, WeightGradientUnit<Scheme>.rows),
              columns: min(outputs - place.column, MatrixTile.columns), to: dw.base, planes.view, row: place.row,
              column: place.column, accumulate: accumulate)
          }
        }
      }
    }
  }

  private func transformed(_ chunk: ArraySlice<SumStep>, _ pair: PlanePair) -> TransformedOperands<Scheme> {
    let range = chunk.blocks
    let operands = TransformedOperands<Scheme>(tiles: range.count, inputs: inputs, outputs: outputs)
    Parallel.forEachRange(of: range.count, length: 8) { some in
      let share = range.lowerBound + some.lowerBound..<range.lowerBound + some.upperBound
      transform(pair, share, at: some.lowerBound, operands)
    }
    return operands
  }

  /// The steps of a chunk for one unit.
  private func add(
    _ chunk: ArraySlice<SumStep>, _ operands: TransformedOperands<Scheme>, _ unit: WeightGradientUnit<Scheme>,
    _ place: (row: Int, column: Int), _ levels: SumLevels
  ) {
    let start = chunk.blocks.lowerBound
    for step in chunk {
      unit.add(
        operands, row: place.row, of: inputs, column: place.column,
        tiles: step.block.lowerBound - start..<step.block.upperBound - start, to: levels[step.level],
        WeightGradientUnit<Scheme>.levelPlace, accumulate: step.accumulate)
      step.addLevels(levels)
    }
  }
}
