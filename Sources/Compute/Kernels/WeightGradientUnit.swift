/// How far the taps and the rows of a sum lie apart, in floats.
struct TapSums {
  var tapStride: Int
  var rowStride: Int
}

/// A few input channels by a panel of output channels of a Winograd weight gradient: their products at one column of
/// positions after the other, each brought back to rows of taps while it is in the first-level cache.
struct WeightGradientUnit<Scheme: WinogradScheme> {
  /// Input channels of a unit.
  static var rows: Int { 2 * MatrixTile.rows }
  /// How the taps' sums of a unit lie where they wait for others, [tap, row, column].
  static var levelPlace: TapSums { TapSums(tapStride: count, rowStride: MatrixTile.columns) }
  /// Floats of a unit's taps.
  static var levelCount: Int { Scheme.taps * Scheme.taps * count }

  /// Floats of a unit at one position or tap, [row, column].
  private static var count: Int { rows * MatrixTile.columns }

  private let storage = Storage(count: (Scheme.window + Scheme.taps * Scheme.window) * count)

  /// The products of one column of positions.
  private var products: UnsafeMutablePointer<Float> { storage.base }
  /// What stands between the two passes of a transform, [row of taps, column of positions].
  private var half: UnsafeMutablePointer<Float> { storage.base + Scheme.window * Self.count }

  /// The taps from `sum` on ← (accumulate ? what is there : 0) + Gᵀ(vᵀ·m)G over some tiles, for the input channels from
  /// `row` on, of `inputs`, and the panel of output channels from `column` on.
  func add(
    _ operands: TransformedOperands<Scheme>, row: Int, of inputs: Int, column: Int, tiles: Range<Int>,
    to sum: UnsafeMutablePointer<Float>, _ place: TapSums, accumulate: Bool
  ) {
    let last = min(inputs, row + Self.rows)
    let first = rowOffsets(operands.input, row, of: inputs)
    let second = row + MatrixTile.rows < last ? rowOffsets(operands.input, row + MatrixTile.rows, of: inputs) : nil
    for positions in 0..<Scheme.window {
      for index in 0..<Scheme.window {
        let position = index * Scheme.window + positions
        let target = products + index * Self.count
        multiply(operands, position, first, column: column, tiles: tiles, into: target)
        guard let second else { continue }
        multiply(
          operands, position, second, column: column, tiles: tiles,
          into: target + MatrixTile.rows * MatrixTile.columns)
      }
      transformColumn(positions, rows: last - row)
    }
    for input in 0..<last - row {
      addTaps(ofRow: input, to: sum + input * place.rowStride, tapStride: place.tapStride, accumulate: accumulate)
    }
  }

  /// Floats from the first operand to some input channels. Rows past the last channel repeat it; what they sum to is not
  /// looked at.
  private func rowOffsets(_ v: WinogradTiles<Scheme>.Layout, _ row: Int, of inputs: Int) -> TileRows<Int> {
    TileRows { index in
      let channel = min(row + index, inputs - 1)
      return channel / Vector.scalarCount * v.groupStride + channel % Vector.scalarCount
    }
  }

  /// c ← vᵀ·m at a position, a tile of rows and a panel of columns.
  @inline(__always)
  private func multiply(
    _ operands: TransformedOperands<Scheme>, _ position: Int, _ offsets: TileRows<Int>, column: Int, tiles: Range<Int>,
    into c: UnsafeMutablePointer<Float>
  ) {
    let (v, m, width) = (operands.input, operands.output, Vector.scalarCount)
    let a = UnsafePointer(v.base + position * v.positionStride + tiles.lowerBound * width)
    let b = m.base + position * m.positionStride + column / width * m.groupStride + tiles.lowerBound * width
    var tile = MatrixTile()
    tile.addProduct(
      MatrixTile.Rows { a + offsets[$0] }, aStep: width, UnsafePointer(b), bStep: width, bSecond: m.groupStride,
      count: tiles.count)
    tile.store { c + $0 * MatrixTile.columns }
  }

  /// The first pass of a transform: a column of positions to as many rows of taps.
  private func transformColumn(_ column: Int, rows: Int) {
    let (products, half, count) = (products, half + column * Self.count, Self.count)
    for index in stride(from: 0, to: rows * MatrixTile.columns, by: Vector.scalarCount) {
      Scheme.filterAdjoint({ products.vector($0 * count + index) }) {
        half.store($1, $0 * Scheme.window * count + index)
      }
    }
  }

  /// The second pass: the taps of one row, from `sum` on and `tapStride` floats apart, ← (accumulate ? what is there : 0)
  /// + what they get.
  private func addTaps(ofRow row: Int, to sum: UnsafeMutablePointer<Float>, tapStride: Int, accumulate: Bool) {
    let count = Self.count
    for first in stride(from: 0, to: MatrixTile.columns, by: Vector.scalarCount) {
      for tapRow in 0..<Scheme.taps {
        let source = half + tapRow * Scheme.window * count + row * MatrixTile.columns + first
        let target = sum + tapRow * Scheme.taps * tapStride + first
        Scheme.filterAdjoint({ source.vector($0 * count) }) { tap, values in
          let place = tap * tapStride
          target.store(accumulate ? target.vector(place) + values : values, place)
        }
      }
    }
  }

  /// The weights under a view ← (accumulate ? what is there : 0) + the taps of a unit, which are the filters of some input
  /// channels from `row` and some output channels from `column` on.
  static func write(
    _ taps: UnsafePointer<Float>, rows: Int, columns: Int, to weights: UnsafeMutablePointer<Float>, _ view: FilterView,
    row: Int, column: Int, accumulate: Bool
  ) {
    let place = levelPlace
    for j in 0..<columns {
      for i in 0..<rows {
        let source = taps + i * place.rowStride + j
        let target = weights + view.index(row + i, column + j, 0, 0)
        for tap in 0..<Scheme.taps * Scheme.taps {
          let offset = tap / Scheme.taps * view.tapRow + tap % Scheme.taps * view.tapColumn
          let value = source[tap * place.tapStride]
          target[offset] = accumulate ? target[offset] + value : value
        }
      }
    }
  }
}

/// The transformed tiles of a weight gradient's operands, each [position, channels/vector, tile, vector], so that a
/// product over tiles reads every channel's numbers in order.
struct TransformedOperands<Scheme: WinogradScheme> {
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
