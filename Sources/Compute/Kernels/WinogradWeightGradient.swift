import Threads

/// The weight gradient of a Winograd convolution, the exact adjoint of what the filter passes through:
///
///     dw = Gᵀ[Σ_tiles (Bᵀ x B)ᵀ·(A dy Aᵀ)]G
///
/// The tiles are cut into blocks of a length that depends on the shape alone. Of every block a few input by a few output
/// channels at a time are summed at all positions and brought back to the taps at once: the sums of all blocks are then
/// kept at the taps, a quarter of the positions. Small filters: the blocks are dealt to groups, each with sums of its own
/// in its thread's cache, and the groups are added in order. Large filters: all threads work on one block.
struct WinogradWeightGradient<Scheme: WinogradScheme> {
  /// A plane convolved into another, and where its filter lies among the weights.
  struct Part {
    var source: WinogradPlane
    var before: (rows: Int, columns: Int)
    var target: WinogradPlane
    var view: FilterView
  }

  /// Tiles of a block: as many as a first-level cache holds one position's operands of.
  private static var blockLength: Int { 128 }
  /// Floats of transformed tiles that the shared cache holds.
  private static var sharedCacheFloats: Int { 5 << 20 }
  /// The largest sum, in floats, that is kept once a group.
  private static var largestGroupSum: Int { 64 << 10 }
  /// Pieces for the threads, of all parts together.
  private static var pieces: Int { 16 }
  /// Input channels that are summed at a time.
  private static var unitRows: Int { 2 * MatrixTile.rows }

  private let tiles: WinogradTiles<Scheme>
  private let parts: [Part]
  private let inputs: Int
  private let outputs: Int

  /// Of every part's filter, dw ← (accumulate ? dw : 0) + the gradient. The parts have the same sizes.
  static func run(batch: Int, _ parts: [Part], dw: Storage, accumulate: Bool) {
    guard let first = parts.first else { return }
    Self(
      tiles: WinogradTiles(batch: batch, height: first.target.rows, width: first.target.columns), parts: parts,
      inputs: first.source.channels, outputs: first.target.channels
    ).run(dw: dw, accumulate: accumulate)
  }

  private var columns: Int { PackedPanels.panelCount(outputs) * MatrixTile.columns }
  /// Floats of one sum, [tap, input, columns].
  private var sumCount: Int { Scheme.taps * Scheme.taps * inputs * columns }

  private func run(dw: Storage, accumulate: Bool) {
    let grouped = sumCount <= Self.largestGroupSum
    // Blocks of a small batch are short, so that there are groups enough for the threads.
    let fitting = Self.sharedCacheFloats / (Scheme.positions * (inputs + outputs))
    let length = max(8, min(Self.blockLength, fitting, max(32, tiles.count / 8)) / 8 * 8)
    let groups = grouped ? max(1, min(Self.pieces / parts.count, tiles.count / length)) : 1
    let sums = Storage(count: parts.count * groups * sumCount)
    if grouped {
      Parallel.forEachPiece(parts.count * groups) { piece in
        let group = piece % groups
        addGroup(
          parts[piece / groups], group * tiles.count / groups..<(group + 1) * tiles.count / groups, length: length,
          sum: sums.base + piece * sumCount)
      }
    } else {
      for (index, part) in parts.enumerated() {
        for start in stride(from: 0, to: tiles.count, by: length) {
          addChunk(part, start..<min(tiles.count, start + length), sum: sums.base + index * sumCount)
        }
      }
    }
    for (index, part) in parts.enumerated() {
      addGradient(
        sums.base + index * groups * sumCount, groups: groups, part.view, dw: dw, accumulate: accumulate)
    }
  }

  /// One thread's share: block after block of tiles, transformed and multiplied while in the cache.
  private func addGroup(_ part: Part, _ range: Range<Int>, length: Int, sum: UnsafeMutablePointer<Float>) {
    let operands = TransformedOperands<Scheme>(tiles: length, inputs: inputs, outputs: outputs)
    let products = UnitProducts<Scheme>(rows: Self.unitRows)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: length) {
      let block = start..<min(range.upperBound, start + length)
      transform(part, block, at: 0, operands)
      for column in stride(from: 0, to: outputs, by: MatrixTile.columns) {
        addPanel(
          operands, products, column: column, count: block.count, sum: sum, accumulate: start > range.lowerBound)
      }
    }
  }

  /// All threads' work on one chunk: first the transforms, then the products, panel by panel.
  private func addChunk(_ part: Part, _ range: Range<Int>, sum: UnsafeMutablePointer<Float>) {
    let operands = TransformedOperands<Scheme>(tiles: range.count, inputs: inputs, outputs: outputs)
    Parallel.forEachRange(of: range.count, length: 16) { some in
      let share = range.lowerBound + some.lowerBound..<range.lowerBound + some.upperBound
      transform(part, share, at: some.lowerBound, operands)
    }
    Parallel.forEachPiece(columns / MatrixTile.columns) { panel in
      addPanel(
        operands, UnitProducts(rows: Self.unitRows), column: panel * MatrixTile.columns, count: range.count, sum: sum,
        accumulate: range.lowerBound > 0)
    }
  }

  private func transform(_ part: Part, _ range: Range<Int>, at place: Int, _ operands: TransformedOperands<Scheme>) {
    tiles.transformInputs(range, of: part.source, before: part.before, into: operands.input.advanced(tiles: place))
    tiles.transformOutputGradients(range, of: part.target, into: operands.output.advanced(tiles: place))
  }

  /// A panel of columns of sum ← (accumulate ? sum : 0) + Gᵀ(vᵀ·m)G over `count` tiles.
  private func addPanel(
    _ operands: TransformedOperands<Scheme>, _ products: UnitProducts<Scheme>, column: Int, count: Int,
    sum: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    for row in stride(from: 0, to: inputs, by: Self.unitRows) {
      for position in 0..<Scheme.positions {
        for first in stride(from: row, to: min(inputs, row + Self.unitRows), by: MatrixTile.rows) {
          multiply(
            operands, position: position, row: first, column: column, count: count,
            into: products.base + (position * Self.unitRows + first - row) * MatrixTile.columns)
        }
      }
      for input in row..<min(inputs, row + Self.unitRows) {
        products.addTaps(
          ofRow: input - row, to: sum + input * columns + column, tapStride: inputs * columns, accumulate: accumulate)
      }
    }
  }

  /// c ← vᵀ·m of one position, a tile of rows and a panel of columns.
  private func multiply(
    _ operands: TransformedOperands<Scheme>, position: Int, row: Int, column: Int, count: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    let width = Vector.scalarCount
    let (v, m) = (operands.input, operands.output)
    let b = m.base + position * m.positionStride + column / width * m.groupStride
    let a = v.base + position * v.positionStride
    // Rows past the last channel repeat it; what they sum to is not looked at.
    let rows = MatrixTile.Rows { index in
      let channel = min(row + index, inputs - 1)
      return UnsafePointer(a + channel / width * v.groupStride + channel % width)
    }
    var tile = MatrixTile()
    tile.addProduct(rows, aStep: width, UnsafePointer(b), bStep: width, bSecond: m.groupStride, count: count)
    tile.store { c + $0 * MatrixTile.columns }
  }

  /// The weights' gradient under a view ← (accumulate ? what is there : 0) + the groups' sums.
  private func addGradient(
    _ sums: UnsafePointer<Float>, groups: Int, _ view: FilterView, dw: Storage, accumulate: Bool
  ) {
    let (target, taps, sumCount, columns) = (dw.base, Scheme.taps, sumCount, columns)
    Parallel.forEachRange(of: inputs, length: 16) { range in
      for first in stride(from: 0, to: outputs, by: Vector.scalarCount) {
        for input in range {
          for tap in 0..<taps * taps {
            let source = sums + (tap * inputs + input) * columns + first
            var values = source.vector()
            for group in 1..<max(1, groups) { values += source.vector(group * sumCount) }
            for lane in 0..<min(Vector.scalarCount, outputs - first) {
              let index = view.index(input, first + lane, tap / taps, tap % taps)
              target[index] = accumulate ? target[index] + values[lane] : values[lane]
            }
          }
        }
      }
    }
  }
}

/// The products of a few input channels with a panel of output channels, [position, row, column].
private struct UnitProducts<Scheme: WinogradScheme> {
  private let storage: Storage
  private let rows: Int

  init(rows: Int) {
    self.rows = rows
    storage = Storage(
      count: Scheme.positions * rows * MatrixTile.columns + Scheme.taps * Scheme.window * Vector.scalarCount)
  }

  var base: UnsafeMutablePointer<Float> { storage.base }
  /// What stands between the two passes of a transform. Kept, since to ask the system for it takes longer than the pass.
  private var half: UnsafeMutablePointer<Float> { base + Scheme.positions * rows * MatrixTile.columns }

  /// The taps of one row, from `sum` on and `tapStride` floats apart, ← (accumulate ? what is there : 0) + Gᵀ products G.
  func addTaps(ofRow row: Int, to sum: UnsafeMutablePointer<Float>, tapStride: Int, accumulate: Bool) {
    let (taps, window, width, half) = (Scheme.taps, Scheme.window, Vector.scalarCount, half)
    for first in stride(from: 0, to: MatrixTile.columns, by: width) {
      let source = UnsafePointer(base + row * MatrixTile.columns + first)
      for column in 0..<window {
        Scheme.filterAdjoint({ source.vector(($0 * window + column) * rows * MatrixTile.columns) }) {
          half.store($1, ($0 * window + column) * width)
        }
      }
      for tapRow in 0..<taps {
        Scheme.filterAdjoint({ half.vector((tapRow * window + $0) * width) }) { tap, values in
          let target = sum + (tapRow * taps + tap) * tapStride + first
          target.store(accumulate ? target.vector() + values : values)
        }
      }
    }
  }
}

/// The transformed tiles of a weight gradient's operands, each [position, channels/vector, tile, vector], so that a
/// product over tiles reads every channel's numbers in order.
private struct TransformedOperands<Scheme: WinogradScheme> {
  let input: WinogradTiles<Scheme>.Layout
  let output: WinogradTiles<Scheme>.Layout
  private let owners: (Storage, Storage)

  init(tiles: Int, inputs: Int, outputs: Int) {
    let width = Vector.scalarCount
    let strides = (
      WinogradTiles<Scheme>.positionStride(tiles * inputs), WinogradTiles<Scheme>.positionStride(tiles * outputs)
    )
    // The second vector of the last panel may lie past the last channel: it is read and its products thrown away.
    owners = (
      Storage(count: Scheme.positions * strides.0), Storage(count: Scheme.positions * strides.1 + tiles * width)
    )
    input = .init(base: owners.0.base, positionStride: strides.0, tileStride: width, groupStride: tiles * width)
    output = .init(base: owners.1.base, positionStride: strides.1, tileStride: width, groupStride: tiles * width)
  }
}
