/// Six rows by two vectors of a matrix product, held in registers: the one inner loop of every convolution.
///
/// Twelve accumulators, two vectors of b and one broadcast element of a fill the sixteen registers of AVX2. The
/// operands need not be matrices in memory: the rows of a are six pointers, so a row may be a pixel of a picture, and
/// the sum may run over several runs of both operands (`segments`), so a convolution needs no copy of its patches.
struct MatrixTile {
  /// Rows of a tile.
  static let rows = 6
  /// Columns of a tile.
  static let columns = 2 * Vector.scalarCount

  /// Where one run of the sum starts, in floats from the first element of each operand.
  struct Segment {
    var a: Int
    var b: Int
  }

  /// The first elements of the six rows of a.
  typealias Rows = (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>,
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
  )

  private var c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51: Vector

  /// A tile whose every row is the same two vectors, such as a bias.
  @inline(__always)
  init(_ low: Vector, _ high: Vector) {
    (c00, c10, c20, c30, c40, c50) = (low, low, low, low, low, low)
    (c01, c11, c21, c31, c41, c51) = (high, high, high, high, high, high)
  }

  /// A tile of zeros.
  @inline(__always)
  init() { self.init(Vector(), Vector()) }

  /// Adds Σₖ a[row][k]·b[k], k = 0..<count, where one k lies `aStep` and `bStep` floats from the next.
  @inline(__always)
  mutating func addProduct(
    _ a: Rows, aStep: Int, _ b: UnsafePointer<Float>, bStep: Int, count: Int, offset: Segment = Segment(a: 0, b: 0)
  ) {
    var (a0, a1, a2) = (a.0 + offset.a, a.1 + offset.a, a.2 + offset.a)
    var (a3, a4, a5) = (a.3 + offset.a, a.4 + offset.a, a.5 + offset.a)
    var b = b + offset.b
    for _ in 0..<count {
      let (low, high) = (b.vector(0), b.vector(Vector.scalarCount))
      b += bStep
      var x = Vector(repeating: a0.pointee)
      c00 = c00.addingProduct(x, low)
      c01 = c01.addingProduct(x, high)
      x = Vector(repeating: a1.pointee)
      c10 = c10.addingProduct(x, low)
      c11 = c11.addingProduct(x, high)
      x = Vector(repeating: a2.pointee)
      c20 = c20.addingProduct(x, low)
      c21 = c21.addingProduct(x, high)
      x = Vector(repeating: a3.pointee)
      c30 = c30.addingProduct(x, low)
      c31 = c31.addingProduct(x, high)
      x = Vector(repeating: a4.pointee)
      c40 = c40.addingProduct(x, low)
      c41 = c41.addingProduct(x, high)
      x = Vector(repeating: a5.pointee)
      c50 = c50.addingProduct(x, low)
      c51 = c51.addingProduct(x, high)
      (a0, a1, a2) = (a0 + aStep, a1 + aStep, a2 + aStep)
      (a3, a4, a5) = (a3 + aStep, a4 + aStep, a5 + aStep)
    }
  }

  /// Writes a whole tile, or adds it to what is there; `row` gives the address of each row.
  @inline(__always)
  func store(accumulate: Bool, row: (Int) -> UnsafeMutablePointer<Float>) {
    Self.put(c00, c01, row(0), accumulate)
    Self.put(c10, c11, row(1), accumulate)
    Self.put(c20, c21, row(2), accumulate)
    Self.put(c30, c31, row(3), accumulate)
    Self.put(c40, c41, row(4), accumulate)
    Self.put(c50, c51, row(5), accumulate)
  }

  @inline(__always)
  private static func put(_ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
    if accumulate {
      c.store(c.vector(0) + low, 0)
      c.store(c.vector(Vector.scalarCount) + high, Vector.scalarCount)
    } else {
      c.store(low, 0)
      c.store(high, Vector.scalarCount)
    }
  }

  /// Writes the leading `rows` × `columns` of a tile at the edge of a matrix, or adds them to what is there.
  @inline(never)
  func storeEdge(rows: Int, columns: Int, accumulate: Bool, row: (Int) -> UnsafeMutablePointer<Float>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.rows * Self.columns) { buffer in
      guard let scratch = buffer.baseAddress else { return }
      store(accumulate: false) { scratch + $0 * Self.columns }
      for r in 0..<rows {
        let (source, c) = (scratch + r * Self.columns, row(r))
        for j in 0..<columns { c[j] = accumulate ? c[j] + source[j] : source[j] }
      }
    }
  }
}

/// A matrix b [inner, columns] rearranged into panels as wide as a tile, the last one filled up with zeros, so that the
/// inner loop reads it in order.
struct PackedPanels {
  let inner: Int
  let columns: Int
  let storage: Storage

  /// The number of panels.
  var count: Int { Self.panelCount(columns) }
  /// The first element of panel `index`.
  func panel(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(storage.base + index * inner * MatrixTile.columns)
  }

  static func panelCount(_ columns: Int) -> Int { (columns + MatrixTile.columns - 1) / MatrixTile.columns }

  /// Packs the matrix whose element (k, j) is `element(k, j)`.
  init(inner: Int, columns: Int, element: (_ k: Int, _ j: Int) -> Float) {
    self.inner = inner
    self.columns = columns
    let width = MatrixTile.columns
    storage = Storage(count: Self.panelCount(columns) * inner * width)
    let base = storage.base
    Threads.forEachPiece(Self.panelCount(columns)) { panel in
      var target = base + panel * inner * width
      let first = panel * width
      for k in 0..<inner {
        for j in 0..<width { target[j] = first + j < columns ? element(k, first + j) : 0 }
        target += width
      }
    }
  }
}
