#if canImport(Glibc)
  import Glibc
#endif

/// A plane of the pictures [N, H, W, C]: every pixel, or every second one of every second row from a corner on.
struct WinogradPlane {
  let pictures: Storage
  let height: Int
  let width: Int
  let channels: Int
  /// Rows and columns of the pictures from one pixel of the plane to the next.
  var step = 1
  /// Where the plane's first pixel lies.
  var row = 0
  var column = 0

  /// The same pixels of other pictures of the same shape.
  func over(_ other: Storage) -> WinogradPlane {
    WinogradPlane(
      pictures: other, height: height, width: width, channels: channels, step: step, row: row, column: column)
  }

  /// Rows of the plane.
  var rows: Int { (height - row + step - 1) / step }
  /// Columns of the plane.
  var columns: Int { (width - column + step - 1) / step }

  /// The first channel of the plane's pixel (i, j) in a picture.
  @inline(__always)
  func pixel(_ picture: Int, _ i: Int, _ j: Int) -> UnsafeMutablePointer<Float> {
    pictures.base + ((picture * height + row + i * step) * width + column + j * step) * channels
  }

  /// Has the pixels of some rows and columns fetched, in the order in which they lie in memory; what lies outside the
  /// plane is left out.
  func prefetch(_ picture: Int, rows: Range<Int>, columns: Range<Int>) {
    for i in rows.clamped(to: 0..<self.rows) {
      for j in columns.clamped(to: 0..<self.columns) {
        let pixel = UnsafePointer(pixel(picture, i, j))
        // Sixteen floats are one cache line.
        for channel in stride(from: 0, to: channels, by: 16) { (pixel + channel).prefetch() }
      }
    }
  }
}

/// The tiles of a batch in Winograd's domain: 4×4 outputs each, computed from a window of inputs that begins a little
/// before them. Tiles are numbered across the whole batch: picture, then row, then column.
struct WinogradTiles<Scheme: WinogradScheme> {
  let batch: Int
  /// Rows and columns of outputs in a picture.
  let height: Int
  let width: Int

  private var rows: Int { (height + 3) / 4 }
  private var columns: Int { (width + 3) / 4 }
  /// Tiles of the whole batch.
  var count: Int { batch * rows * columns }

  /// Whether the transforms, which take whole vectors of channels, serve this many. Fewer than sixteen would gain
  /// nothing over the direct convolution.
  static func serves(channels: Int) -> Bool {
    channels >= 16 && channels % Vector.scalarCount == 0
  }

  /// Where transformed tiles lie: how many floats from one position, one tile and one vector of channels to the next.
  struct Layout {
    var base: UnsafeMutablePointer<Float>
    var positionStride: Int
    var tileStride: Int
    var groupStride: Int

    /// The same from a tile, or from some floats, on.
    func advanced(tiles: Int = 0, by floats: Int = 0) -> Layout {
      var result = self
      result.base += tiles * tileStride + floats
      return result
    }
  }

  /// Floats from one position's array of `count` floats to the next: an odd number of cache lines, so that what is
  /// written to the positions of a tile falls into different sets of the cache.
  static func positionStride(_ count: Int) -> Int { ((count + 15) / 16 | 1) * 16 }

  private func position(_ tile: Int) -> (picture: Int, row: Int, column: Int) {
    (tile / (rows * columns), tile / columns % rows * 4, tile % columns * 4)
  }

  /// The columns that the window of the next tile of `range` adds in a row, and before the first such tile its own too.
  ///
  /// Their pixels are fetched while a tile is worked on: windows jump from row to row, in which the processor by itself
  /// sees no order to fetch ahead in.
  @inline(__always)
  private func columnsAhead(of tile: Int, in range: Range<Int>, window: Int, before: Int = 0) -> Range<Int> {
    let column = tile % columns
    let end = column * 4 - before + window
    let isFirst = column == 0 || tile == range.lowerBound
    let isLast = column == columns - 1 || tile == range.upperBound - 1
    return (isFirst ? end - window : end)..<(isLast ? end : end + 4)
  }

  /// v ← Bᵀ x B for the tiles of `range`, the first of them at v's base. A tile's window begins `before` rows and columns
  /// before its outputs; pixels outside the plane are zeros.
  func transformInputs(
    _ range: Range<Int>, of x: WinogradPlane, before: (rows: Int, columns: Int), into v: Layout
  ) {
    let zeros = Storage.zeros(count: x.channels)
    let window = Scheme.window
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: Scheme.positions) { pixels in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: Scheme.positions) { half in
        for tile in range {
          let (picture, top, left) = position(tile)
          x.prefetch(
            picture, rows: top - before.rows..<top - before.rows + window,
            columns: columnsAhead(of: tile, in: range, window: window, before: before.columns))
          for pixel in 0..<Scheme.positions {
            let (i, j) = (top - before.rows + pixel / window, left - before.columns + pixel % window)
            let inside = i >= 0 && i < x.rows && j >= 0 && j < x.columns
            pixels[pixel] = inside ? x.pixel(picture, i, j) : zeros.base
          }
          var target = v.base + (tile - range.lowerBound) * v.tileStride
          for channel in stride(from: 0, to: x.channels, by: Vector.scalarCount) {
            for column in 0..<window {
              Scheme.input({ pixels[$0 * window + column].vector(channel) }) { half[$0 * window + column] = $1 }
            }
            for row in 0..<window {
              Scheme.input({ half[row * window + $0] }) { target.store($1, (row * window + $0) * v.positionStride) }
            }
            target += v.groupStride
          }
        }
      }
    }
  }

  /// y ← Aᵀ m A and the epilogue for the tiles of `range`, the first of them at m's base.
  func transformOutputs(
    _ range: Range<Int>, of m: Layout, into y: WinogradPlane, _ epilogue: Epilogue
  ) {
    let (window, bias, store) = (Scheme.window, epilogue.bias?.base, epilogue.store(to: y.pictures))
    let addend = epilogue.addend.flatMap { $0 === y.pictures ? nil : y.over($0) }
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: 4 * window) { half in
      for tile in range {
        let (picture, top, left) = position(tile)
        let ahead = columnsAhead(of: tile, in: range, window: 4)
        y.prefetch(picture, rows: top..<top + 4, columns: ahead)
        addend?.prefetch(picture, rows: top..<top + 4, columns: ahead)
        let (rows, columns) = (min(4, height - top), min(4, width - left))
        var source = m.base + (tile - range.lowerBound) * m.tileStride
        for channel in stride(from: 0, to: y.channels, by: Vector.scalarCount) {
          for column in 0..<window {
            Scheme.output({ source.vector(($0 * window + column) * m.positionStride) }) {
              half[$0 * window + column] = $1
            }
          }
          let shift = bias?.vector(channel) ?? Vector()
          for row in 0..<rows {
            let line = y.pixel(picture, top + row, left) + channel
            Scheme.output({ half[row * window + $0] }) { column, value in
              guard column < columns else { return }
              store(value + shift, at: line + column * y.step * y.channels)
            }
          }
          source += m.groupStride
        }
      }
    }
  }

  /// m ← A dy Aᵀ, the adjoint of the output transform, for the tiles of `range`, the first of them at m's base.
  func transformOutputGradients(_ range: Range<Int>, of dy: WinogradPlane, into m: Layout) {
    let zeros = Storage.zeros(count: dy.channels)
    let window = Scheme.window
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: 16) { pixels in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 4 * window) { half in
        for tile in range {
          let (picture, top, left) = position(tile)
          dy.prefetch(picture, rows: top..<top + 4, columns: columnsAhead(of: tile, in: range, window: 4))
          for pixel in 0..<16 {
            let (i, j) = (top + pixel / 4, left + pixel % 4)
            pixels[pixel] = i < height && j < width ? dy.pixel(picture, i, j) : zeros.base
          }
          var target = m.base + (tile - range.lowerBound) * m.tileStride
          for channel in stride(from: 0, to: dy.channels, by: Vector.scalarCount) {
            for column in 0..<4 {
              Scheme.outputAdjoint({ pixels[$0 * 4 + column].vector(channel) }) { half[$0 * 4 + column] = $1 }
            }
            for row in 0..<window {
              Scheme.outputAdjoint({ half[row * 4 + $0] }) {
                target.store($1, (row * window + $0) * m.positionStride)
              }
            }
            target += m.groupStride
          }
        }
      }
    }
  }
}

/// The cache that every core has for itself behind its smallest one. Its size decides how much a thread does before it
/// moves on, never a result.
enum SecondLevelCache {
  /// Its bytes, or 0 where the system does not know.
  static let bytes = max(0, sysconf(Int32(_SC_LEVEL2_CACHE_SIZE)))
}
