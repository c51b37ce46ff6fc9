/// Where the taps of a filter lie among a convolution's weights: element (k, column) of tap (row, tapColumn) is
/// weight[first + k·inner + column·outer + row·tapRow + tapColumn·tapColumn].
struct FilterView {
  var first: Int
  /// Floats from one summed channel to the next.
  var inner: Int
  /// Floats from one resulting channel to the next.
  var outer: Int
  /// Floats from one row of taps to the next; negative where the filter is turned.
  var tapRow: Int
  /// Floats from one tap of a row to the next.
  var tapColumn: Int

  @inline(__always)
  func index(_ k: Int, _ column: Int, _ row: Int, _ tap: Int) -> Int {
    first + k * inner + column * outer + row * tapRow + tap * tapColumn
  }
}

/// The filters of a convolution on their way into Winograd's domain.
///
/// They are transformed one panel at a time, which a thread's cache holds: all of a large layer's together are four times
/// its weights, and to write and read those would take longer than to compute them.
struct WinogradFilter<Scheme: WinogradScheme> {
  /// Summed channels, of all views together.
  let inner: Int
  /// Resulting channels.
  let columns: Int
  private let weight: Storage
  private let views: [FilterView]
  private let channels: Int

  /// The filters of several views, each of which sums `channels` channels, one behind the other.
  init(_ weight: Storage, _ views: [FilterView], channels: Int, columns: Int) {
    (self.weight, self.views, self.channels, self.columns) = (weight, views, channels, columns)
    inner = views.count * channels
  }

  /// The number of panels.
  var panels: Int { PackedPanels.panelCount(columns) }
  /// Floats from one position of a transformed panel, [inner, panel's columns], to the next.
  var positionStride: Int { WinogradTiles<Scheme>.positionStride(inner * MatrixTile.columns) }
  /// Floats of a transformed panel.
  var panelCount: Int { Scheme.positions * positionStride }

  /// Transforms summed channels of panel `index`; `panel` is where it begins.
  func transform(_ range: Range<Int>, ofPanel index: Int, into panel: UnsafeMutablePointer<Float>) {
    let (taps, width, run) = (Scheme.taps, Vector.scalarCount, 16)
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: run * taps * taps) { filters in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: taps * Scheme.window) { half in
        for group in 0..<2 {
          let first = index * MatrixTile.columns + group * width
          for start in stride(from: range.lowerBound, to: range.upperBound, by: run) {
            let some = start..<min(range.upperBound, start + run)
            gather(some, columns: first..<max(first, min(columns, first + width)), into: filters)
            for k in some {
              let place = panel + k * MatrixTile.columns + group * width
              Self.transform(filters, from: (k - start) * taps * taps, half) { place.store($1, $0 * positionStride) }
            }
          }
        }
      }
    }
  }

  /// The taps of some summed channels, one vector of resulting channels a tap. All are written as plain numbers before
  /// the first is read as a vector, so that none waits for its numbers to arrive.
  private func gather(_ range: Range<Int>, columns: Range<Int>, into filters: UnsafeMutableBufferPointer<Vector>) {
    let (taps, width) = (Scheme.taps, Vector.scalarCount)
    filters.withMemoryRebound(to: Float.self) { target in
      if columns.count < width { target.update(repeating: 0) }
      for (place, k) in range.enumerated() {
        let view = views[k / channels]
        var source = weight.base + view.index(k % channels, columns.lowerBound, 0, 0)
        for lane in 0..<columns.count {
          for row in 0..<taps {
            for tap in 0..<taps {
              target[((place * taps + row) * taps + tap) * width + lane] =
                source[row * view.tapRow + tap * view.tapColumn]
            }
          }
          source += view.outer
        }
      }
    }
  }

  /// G g Gᵀ.
  @inline(__always)
  private static func transform(
    _ filters: UnsafeMutableBufferPointer<Vector>, from first: Int, _ half: UnsafeMutableBufferPointer<Vector>,
    _ store: (Int, Vector) -> Void
  ) {
    let (taps, window) = (Scheme.taps, Scheme.window)
    for column in 0..<taps {
      Scheme.filter({ filters[first + $0 * taps + column] }) { half[$0 * taps + column] = $1 }
    }
    for row in 0..<window {
      Scheme.filter({ half[row * taps + $0] }) { store(row * window + $0, $1) }
    }
  }
}
