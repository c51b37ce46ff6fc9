/// The filters of a 3×3 convolution in Winograd's domain, and their gradient's way back.
struct WinogradFilter {
  /// Positions of a 6×6 tile.
  static let positions = 36

  let inner: Int
  let columns: Int
  private let storage: Storage

  /// Which convolution the filters [out, in, 3, 3] are used for.
  enum Use {
    /// y = x ⋆ w: sums over the input channels.
    case forward
    /// Its adjoint: the filters turned by 180°, summing over the output channels.
    case adjoint
  }

  /// The number of panels of one position.
  var panels: Int { PackedPanels.panelCount(columns) }

  /// Panel `index` of a position's matrix [inner, columns].
  func panel(position: Int, index: Int) -> UnsafePointer<Float> {
    UnsafePointer(storage.base + (position * panels + index) * inner * MatrixTile.columns)
  }

  /// Transforms and packs the filters [out, in, 3, 3].
  init(_ weight: Storage, outputs: Int, inputs: Int, use: Use) {
    precondition(weight.count == outputs * inputs * 9, "\(outputs)×\(inputs) filters of 3×3 in \(weight.count) floats")
    inner = use == .forward ? inputs : outputs
    columns = use == .forward ? outputs : inputs
    let (inner, columns, panels) = (inner, columns, PackedPanels.panelCount(columns))
    storage = Storage(count: Self.positions * panels * inner * MatrixTile.columns)
    let (w, target) = (weight.base, storage.base)
    let width = Vector.scalarCount
    Threads.forEachRange(of: inner, length: 16) { range in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: Self.positions + 9) { scratch in
        for k in range {
          for group in 0..<panels * 2 {
            Self.gather(into: scratch, columns: columns, first: group * width) { tap, column in
              use == .forward ? w[(column * inputs + k) * 9 + tap] : w[(k * inputs + column) * 9 + 8 - tap]
            }
            Self.transform(scratch)
            let place = target + (group / 2 * inner + k) * MatrixTile.columns + group % 2 * width
            for position in 0..<Self.positions {
              place.store(scratch[9 + position], position * panels * inner * MatrixTile.columns)
            }
          }
        }
      }
    }
  }

  /// The nine taps of one vector of columns; zero past the last column.
  @inline(__always)
  private static func gather(
    into scratch: UnsafeMutableBufferPointer<Vector>, columns: Int, first: Int, element: (Int, Int) -> Float
  ) {
    for tap in 0..<9 {
      var lanes = Vector()
      for lane in 0..<Vector.scalarCount where first + lane < columns { lanes[lane] = element(tap, first + lane) }
      scratch[tap] = lanes
    }
  }

  /// G g Gᵀ from the first 9 vectors into the 36 behind them.
  @inline(__always)
  private static func transform(_ s: UnsafeMutableBufferPointer<Vector>) {
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: 18) { half in
      for column in 0..<3 {
        let six = WinogradTransforms.filter((s[column], s[3 + column], s[6 + column]))
        (half[column], half[3 + column], half[6 + column]) = (six.0, six.1, six.2)
        (half[9 + column], half[12 + column], half[15 + column]) = (six.3, six.4, six.5)
      }
      for row in 0..<6 {
        let six = WinogradTransforms.filter((half[row * 3], half[row * 3 + 1], half[row * 3 + 2]))
        let at = 9 + row * 6
        (s[at], s[at + 1], s[at + 2], s[at + 3], s[at + 4], s[at + 5]) = six
      }
    }
  }

  /// dw[out, in, 3, 3] ← (accumulate ? dw : 0) + Gᵀ dU G, where dU is [36, rows ≥ in, columnStride ≥ out].
  static func addGradient(
    _ gradient: Storage, rows: Int, columnStride: Int, outputs: Int, inputs: Int, dw: Storage, accumulate: Bool
  ) {
    let (u, target) = (gradient.base, dw.base)
    let plane = rows * columnStride
    Threads.forEachRange(of: inputs, length: 16) { range in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 18) { half in
        for input in range {
          for first in stride(from: 0, to: outputs, by: Vector.scalarCount) {
            let base = u + input * columnStride + first
            for column in 0..<6 {
              let at = { base.vector(($0 * 6 + column) * plane) }
              let three = WinogradTransforms.filterAdjoint((at(0), at(1), at(2), at(3), at(4), at(5)))
              (half[column], half[6 + column], half[12 + column]) = three
            }
            for row in 0..<3 {
              let at = { half[row * 6 + $0] }
              let three = WinogradTransforms.filterAdjoint((at(0), at(1), at(2), at(3), at(4), at(5)))
              for (column, taps) in [three.0, three.1, three.2].enumerated() {
                for lane in 0..<min(Vector.scalarCount, outputs - first) {
                  let index = ((first + lane) * inputs + input) * 9 + row * 3 + column
                  target[index] = accumulate ? target[index] + taps[lane] : taps[lane]
                }
              }
            }
          }
        }
      }
    }
  }
}
