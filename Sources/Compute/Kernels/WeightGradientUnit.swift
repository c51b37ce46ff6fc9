/// How far the taps and the rows of a sum lie apart, in floats.
struct TapSums {
  var tapStride: Int
  var rowStride: Int
}

/// A few input channels by a panel of output channels of a Winograd weight gradient: their products at all positions, on
/// the way to the taps.
struct WeightGradientUnit<Scheme: WinogradScheme> {
  /// Input channels of a unit.
  static var rows: Int { 2 * MatrixTile.rows }
  /// How the taps' sums of a unit lie where they wait for others, [tap, row, column].
  static var levelPlace: TapSums { TapSums(tapStride: rows * MatrixTile.columns, rowStride: MatrixTile.columns) }

  private static var productCount: Int { Scheme.positions * rows * MatrixTile.columns }
  private static var halfCount: Int { Scheme.taps * Scheme.window * Vector.scalarCount }
  /// Floats of a unit's taps.
  static var levelCount: Int { Scheme.taps * Scheme.taps * rows * MatrixTile.columns }

  private let storage: Storage

  init() { storage = Storage(count: Self.productCount + Self.halfCount) }

  private var products: UnsafeMutablePointer<Float> { storage.base }
  /// What stands between the two passes of a transform. Kept, since to ask the system for it takes longer than the pass.
  private var half: UnsafeMutablePointer<Float> { storage.base + Self.productCount }

  /// The taps from `sum` on ← (accumulate ? what is there : 0) + Gᵀ(vᵀ·m)G over some tiles, for the input channels from
  /// `row` on, of `inputs`, and the panel of output channels from `column` on.
  func add(
    _ operands: TransformedOperands<Scheme>, row: Int, of inputs: Int, column: Int, tiles: Range<Int>,
    to sum: UnsafeMutablePointer<Float>, _ place: TapSums, accumulate: Bool
  ) {
    let last = min(inputs, row + Self.rows)
    let first = rowOffsets(operands.input, row, of: inputs)
    let second = row + MatrixTile.rows < last ? rowOffsets(operands.input, row + MatrixTile.rows, of: inputs) : nil
    for position in 0..<Scheme.positions {
      multiply(operands, position, first, column: column, tiles: tiles, into: 0)
      if let second { multiply(operands, position, second, column: column, tiles: tiles, into: MatrixTile.rows) }
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

  /// products ← vᵀ·m at a position, a tile of rows and a panel of columns.
  @inline(__always)
  private func multiply(
    _ operands: TransformedOperands<Scheme>, _ position: Int, _ offsets: TileRows<Int>, column: Int, tiles: Range<Int>,
    into row: Int
  ) {
    let (v, m, width) = (operands.input, operands.output, Vector.scalarCount)
    let a = UnsafePointer(v.base + position * v.positionStride + tiles.lowerBound * width)
    let b = m.base + position * m.positionStride + column / width * m.groupStride + tiles.lowerBound * width
    let c = products + (position * Self.rows + row) * MatrixTile.columns
    var tile = MatrixTile()
    tile.addProduct(
      MatrixTile.Rows { a + offsets[$0] }, aStep: width, UnsafePointer(b), bStep: width, bSecond: m.groupStride,
      count: tiles.count)
    tile.store { c + $0 * MatrixTile.columns }
  }

  /// The taps of one row, from `sum` on and `tapStride` floats apart, ← (accumulate ? what is there : 0) + Gᵀ products G.
  private func addTaps(ofRow row: Int, to sum: UnsafeMutablePointer<Float>, tapStride: Int, accumulate: Bool) {
    let (taps, window, width, half) = (Scheme.taps, Scheme.window, Vector.scalarCount, half)
    for first in stride(from: 0, to: MatrixTile.columns, by: width) {
      let source = UnsafePointer(products + row * MatrixTile.columns + first)
      for column in 0..<window {
        Scheme.filterAdjoint({ source.vector(($0 * window + column) * Self.rows * MatrixTile.columns) }) {
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

  /// The weights under a view ← (accumulate ? what is there : 0) + the taps of a unit, which are the filters of some input
  /// channels from `row` and some output channels from `column` on.
  func write(
    _ taps: UnsafePointer<Float>, rows: Int, columns: Int, to weights: UnsafeMutablePointer<Float>, _ view: FilterView,
    row: Int, column: Int, accumulate: Bool
  ) {
    let place = Self.levelPlace
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
