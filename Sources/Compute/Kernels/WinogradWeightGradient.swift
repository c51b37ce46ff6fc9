/// The weight gradient of a Winograd convolution, the exact adjoint of what the filter passes through:
///
///     dw = Gᵀ[Σ_tiles (Bᵀ x B)ᵀ·(A dy Aᵀ)]G
///
/// Small filters: the tiles are cut into groups that depend on the shape alone, each group sums on its own with the
/// transformed tiles of a few pictures in its thread's cache, and the groups are added in order. Large filters: all
/// threads transform a chunk of tiles, then share out the positions' products.
struct WinogradWeightGradient<Scheme: WinogradScheme> {
  /// A plane convolved into another, and where its filter lies among the weights.
  struct Part {
    var source: WinogradPlane
    var before: (rows: Int, columns: Int)
    var target: WinogradPlane
    var view: FilterView
  }

  /// Floats of transformed tiles between two additions to the sums. More than a second-level cache holds: to read and
  /// write the sums more often costs more than to fetch the tiles from the third.
  private static var blockFloats: Int { 768 << 10 }
  /// Floats of transformed tiles that the shared cache holds.
  private static var sharedCacheFloats: Int { 4 << 20 }
  /// The largest sum, in floats, that is kept once a group.
  private static var largestGroupSum: Int { 256 << 10 }
  /// What the groups' sums of a part may take together, in floats.
  private static var groupFloats: Int { 5 << 18 }
  /// Pieces for the threads, of all parts together.
  private static var pieces: Int { 16 }
  /// Tiles whose operands stay in the first-level cache.
  private static var runLength: Int { 128 }

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

  private var rows: Int { (inputs + MatrixTile.rows - 1) / MatrixTile.rows * MatrixTile.rows }
  private var columns: Int { PackedPanels.panelCount(outputs) * MatrixTile.columns }
  /// Floats from one position of a sum, [rows, columns], to the next.
  private var positionStride: Int { WinogradTiles<Scheme>.positionStride(rows * columns) }
  /// Floats of one sum.
  private var sumCount: Int { Scheme.positions * positionStride }

  private func run(dw: Storage, accumulate: Bool) {
    let tileFloats = Scheme.positions * (inputs + outputs)
    let grouped = sumCount <= Self.largestGroupSum
    // Blocks of a small batch are short, so that there are groups enough for the threads.
    let length = max(
      8, min((grouped ? Self.blockFloats : Self.sharedCacheFloats) / tileFloats, max(32, tiles.count / 8)) / 8 * 8)
    let groups = grouped ? max(1, min(Self.pieces / parts.count, Self.groupFloats / sumCount, tiles.count / length)) : 1
    let sums = Storage(count: parts.count * groups * sumCount)
    if grouped {
      Threads.forEachPiece(parts.count * groups) { piece in
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
      WinogradFilter<Scheme>.addGradient(
        sums.base + index * groups * sumCount, groups: groups, positionStride: positionStride, inputStride: columns,
        inputs: inputs, outputs: outputs, part.view, dw: dw, accumulate: accumulate)
    }
  }

  /// One thread's share: block after block of tiles, transformed and multiplied while in the cache.
  private func addGroup(_ part: Part, _ range: Range<Int>, length: Int, sum: UnsafeMutablePointer<Float>) {
    let operands = TransformedOperands<Scheme>(tiles: length, inputs: inputs, outputs: outputs)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: length) {
      let block = start..<min(range.upperBound, start + length)
      transform(part, block, at: 0, operands)
      for position in 0..<Scheme.positions {
        for column in stride(from: 0, to: outputs, by: MatrixTile.columns) {
          multiply(
            operands, position: position, column: column, count: block.count, sum: sum,
            accumulate: start > range.lowerBound)
        }
      }
    }
  }

  /// All threads' work on one chunk: first the transforms, then the products of the positions.
  private func addChunk(_ part: Part, _ range: Range<Int>, sum: UnsafeMutablePointer<Float>) {
    let operands = TransformedOperands<Scheme>(tiles: range.count, inputs: inputs, outputs: outputs)
    Threads.forEachRange(of: range.count, length: 16) { some in
      let share = range.lowerBound + some.lowerBound..<range.lowerBound + some.upperBound
      transform(part, share, at: some.lowerBound, operands)
    }
    let panels = columns / MatrixTile.columns
    Threads.forEachPiece(Scheme.positions * panels) { piece in
      multiply(
        operands, position: piece / panels, column: piece % panels * MatrixTile.columns, count: range.count, sum: sum,
        accumulate: range.lowerBound > 0)
    }
  }

  private func transform(_ part: Part, _ range: Range<Int>, at place: Int, _ operands: TransformedOperands<Scheme>) {
    tiles.transformInputs(range, of: part.source, before: part.before, into: operands.input.advanced(tiles: place))
    tiles.transformOutputGradients(range, of: part.target, into: operands.output.advanced(tiles: place))
  }

  /// sum[position, rows, panel] ← (accumulate ? sum : 0) + vᵀ·m of one position and a panel of columns.
  private func multiply(
    _ operands: TransformedOperands<Scheme>, position: Int, column: Int, count: Int,
    sum: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let width = Vector.scalarCount
    let (v, m) = (operands.input, operands.output)
    for start in stride(from: 0, to: count, by: Self.runLength) {
      let length = min(Self.runLength, count - start)
      let b = m.base + position * m.positionStride + column / width * m.groupStride + start * width
      let a = v.base + position * v.positionStride + start * width
      for row in stride(from: 0, to: inputs, by: MatrixTile.rows) {
        // Rows past the last channel repeat it; what they sum to is not looked at.
        let rows = MatrixTile.Rows { index in
          let channel = min(row + index, inputs - 1)
          return UnsafePointer(a + channel / width * v.groupStride + channel % width)
        }
        let c = sum + position * positionStride + row * columns + column
        var tile = MatrixTile()
        tile.addProduct(rows, aStep: width, UnsafePointer(b), bStep: width, bSecond: m.groupStride, count: length)
        tile.store(.init(addend: accumulate || start > 0 ? 0 : nil)) { c + $0 * columns }
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
