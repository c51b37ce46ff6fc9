#if UE_VECTOR_512
  /// One element for each row of a matrix tile: eight rows by two vectors take half of the 32 registers of AVX-512.
  typealias TileRows<Element> = InlineArray<8, Element>
#else
  /// One element for each row of a matrix tile: six rows by two vectors, two vectors of b and one broadcast element of
  /// a fill the sixteen registers of AVX2.
  typealias TileRows<Element> = InlineArray<6, Element>
#endif

/// A few rows by two vectors of a matrix product, held in registers: the one inner loop of every convolution.
///
/// The operands need not be matrices in memory: the rows of a are pointers, so a row may be a pixel of a picture, and
/// the sum may run over several runs of both operands (`segments`), so a convolution needs no copy of its patches.
struct MatrixTile {
  /// Rows of a tile.
  static var rows: Int { TileRows<Vector>.count }
  /// Columns of a tile.
  static var columns: Int { 2 * Vector.scalarCount }

  /// Where one run of the sum starts, in floats from the first element of each operand.
  struct Segment {
    var a: Int
    var b: Int
  }

  /// The first elements of the rows of a.
  typealias Rows = TileRows<UnsafePointer<Float>>

  private var low: TileRows<Vector>
  private var high: TileRows<Vector>

  /// A tile whose every row is the same two vectors, such as a bias.
  @inline(__always)
  init(_ low: Vector, _ high: Vector) {
    self.low = TileRows(repeating: low)
    self.high = TileRows(repeating: high)
  }

  /// A tile of zeros.
  @inline(__always)
  init() { self.init(Vector(), Vector()) }

  /// Adds Σₖ a[row][k]·b[k], k = 0..<count, where one k lies `aStep` and `bStep` floats from the next and the second
  /// vector of b[k] lies `bSecond` floats from the first.
  @inline(__always)
  mutating func addProduct(
    _ a: Rows, aStep: Int, _ b: UnsafePointer<Float>, bStep: Int, bSecond: Int = Vector.scalarCount, count: Int,
    offset: Segment = Segment(a: 0, b: 0)
  ) {
    var b = b + offset.b
    var k = offset.a
    for _ in 0..<count {
      let (first, second) = (b.vector(0), b.vector(bSecond))
      for row in 0..<Self.rows {
        let factor = Vector(repeating: a[row][k])
        low[row] = low[row].addingProduct(factor, first)
        high[row] = high[row].addingProduct(factor, second)
      }
      b += bStep
      k &+= aStep
    }
  }

  /// Writes a whole tile; `row` gives the address of each row.
  @inline(__always)
  func store(_ store: Epilogue.Store = Epilogue.Store(), row: (Int) -> UnsafeMutablePointer<Float>) {
    // The tile never leaves the registers: the loop is unrolled in each case on its own.
    if store.addend == nil, !store.rectified {
      for index in 0..<Self.rows {
        let c = row(index)
        c.store(low[index], 0)
        c.store(high[index], Vector.scalarCount)
      }
    } else {
      for index in 0..<Self.rows {
        let c = row(index)
        store(low[index], at: c)
        store(high[index], at: c + Vector.scalarCount)
      }
    }
  }

  /// Writes the leading `rows` × `columns` of a tile, which is all of it but at the edge of a matrix.
  @inline(__always)
  func store(
    _ ending: Epilogue.Store, rows: Int, columns: Int, row: (Int) -> UnsafeMutablePointer<Float>
  ) {
    if rows >= Self.rows, columns >= Self.columns {
      store(ending, row: row)
    } else {
      storeEdge(ending, rows: min(rows, Self.rows), columns: min(columns, Self.columns), row: row)
    }
  }

  /// Writes the leading `rows` × `columns`.
  @inline(never)
  private func storeEdge(
    _ ending: Epilogue.Store, rows: Int, columns: Int, row: (Int) -> UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.rows * Self.columns) { buffer in
      guard let scratch = buffer.baseAddress else { return }
      store { scratch + $0 * Self.columns }
      for r in 0..<rows {
        let (source, c) = (scratch + r * Self.columns, row(r))
        var j = 0
        while j + Vector.scalarCount <= columns {
          ending(source.vector(j), at: c + j)
          j += Vector.scalarCount
        }
        while j < columns {
          let value = source[j] + (ending.addend.map { c[j + $0] } ?? 0)
          // What is no number stays: max(0, nan) would be 0.
          c[j] = !ending.rectified ? value : value < 0 ? 0 : value > ending.ceiling ? ending.ceiling : value
          j += 1
        }
      }
    }
  }
}
