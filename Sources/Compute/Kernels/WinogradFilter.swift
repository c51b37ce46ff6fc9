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

/// The filters of a convolution in Winograd's domain, and their gradient's way back.
struct WinogradFilter<Scheme: WinogradScheme> {
  /// Summed channels, of all views together.
  let inner: Int
  /// Resulting channels.
  let columns: Int
  private let storage: Storage

  /// The number of panels of one position.
  var panels: Int { PackedPanels.panelCount(columns) }

  /// Panel `index` of a position's matrix [inner, columns].
  func panel(position: Int, index: Int) -> UnsafePointer<Float> {
    UnsafePointer(storage.base + (position * panels + index) * inner * MatrixTile.columns)
  }

  /// Transforms and packs the filters of several views, each of which sums `channels` channels, one behind the other.
  init(_ weight: Storage, _ views: [FilterView], channels: Int, columns: Int) {
    inner = views.count * channels
    self.columns = columns
    let (inner, panels, taps) = (inner, PackedPanels.panelCount(columns), Scheme.taps)
    storage = Storage(count: Scheme.positions * panels * inner * MatrixTile.columns)
    let (w, target) = (weight.base, storage.base)
    let width = Vector.scalarCount
    Threads.forEachRange(of: inner, length: 16) { range in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: taps * taps) { filter in
        withUnsafeTemporaryAllocation(of: Vector.self, capacity: taps * Scheme.window) { half in
          for group in 0..<panels * 2 {
            for k in range {
              let view = views[k / channels]
              for tap in 0..<taps * taps {
                var lanes = Vector()
                for lane in 0..<max(0, min(width, columns - group * width)) {
                  lanes[lane] = w[view.index(k % channels, group * width + lane, tap / taps, tap % taps)]
                }
                filter[tap] = lanes
              }
              let place = target + (group / 2 * inner + k) * MatrixTile.columns + group % 2 * width
              Self.transform(filter, half) { place.store($1, $0 * panels * inner * MatrixTile.columns) }
            }
          }
        }
      }
    }
  }

  /// G g Gᵀ.
  @inline(__always)
  private static func transform(
    _ filter: UnsafeMutableBufferPointer<Vector>, _ half: UnsafeMutableBufferPointer<Vector>,
    _ store: (Int, Vector) -> Void
  ) {
    let (taps, window) = (Scheme.taps, Scheme.window)
    for column in 0..<taps {
      Scheme.filter({ filter[$0 * taps + column] }) { half[$0 * taps + column] = $1 }
    }
    for row in 0..<window {
      Scheme.filter({ half[row * taps + $0] }) { store(row * window + $0, $1) }
    }
  }

  /// The weights' gradient under a view ← (accumulate ? what is there : 0) + Gᵀ dU G, where dU is the sum of `groups`
  /// gradients, each [position, input, output], with so many floats from one position or input to the next.
  static func addGradient(
    _ gradients: UnsafePointer<Float>, groups: Int, positionStride: Int, inputStride: Int, inputs: Int, outputs: Int,
    _ view: FilterView, dw: Storage, accumulate: Bool
  ) {
    let (target, taps, window) = (dw.base, Scheme.taps, Scheme.window)
    Threads.forEachRange(of: inputs, length: 16) { range in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: taps * window) { half in
        for input in range {
          for first in stride(from: 0, to: outputs, by: Vector.scalarCount) {
            let base = gradients + input * inputStride + first
            for column in 0..<window {
              Scheme.filterAdjoint({ row in
                let position = row * window + column
                var sum = base.vector(position * positionStride)
                for group in 1..<max(1, groups) {
                  sum += base.vector((group * Scheme.positions + position) * positionStride)
                }
                return sum
              }) { half[$0 * window + column] = $1 }
            }
            for row in 0..<taps {
              Scheme.filterAdjoint({ half[row * window + $0] }) { tap, values in
                for lane in 0..<min(Vector.scalarCount, outputs - first) {
                  let index = view.index(input, first + lane, row, tap)
                  target[index] = accumulate ? target[index] + values[lane] : values[lane]
                }
              }
            }
          }
        }
      }
    }
  }
}
