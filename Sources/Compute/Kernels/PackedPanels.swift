import Threads

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

  /// Packs the matrix whose element (k, j) is the number `start(k) + j * columnStride` of an array.
  init(inner: Int, columns: Int, of array: Storage, columnStride: Int, start: (_ k: Int) -> Int) {
    self.inner = inner
    self.columns = columns
    let width = MatrixTile.columns
    storage = Storage(count: Self.panelCount(columns) * inner * width)
    let (base, source) = (storage.base, array.base)
    Parallel.forEachPiece(Self.panelCount(columns)) { panel in
      var target = base + panel * inner * width
      let first = panel * width
      let present = min(width, columns - first)
      for k in 0..<inner {
        let row = source + start(k) + first * columnStride
        for j in 0..<present { target[j] = row[j * columnStride] }
        for j in present..<width { target[j] = 0 }
        target += width
      }
    }
  }
}
