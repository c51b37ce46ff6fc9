/// Sixteen floats: what elementwise loops and the mathematical functions work on. One register of AVX-512, two of AVX2,
/// which then hide each other's latency.
package typealias WideVector = SIMD16<Float>

extension UnsafePointer where Pointee == Float {
  /// The sixteen floats that start `offset` floats on; any alignment.
  @inline(__always)
  func wide(_ offset: Int) -> WideVector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: WideVector.self)
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// The sixteen floats that start `offset` floats on; any alignment.
  @inline(__always)
  func wide(_ offset: Int) -> WideVector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: WideVector.self)
  }

  /// The first `lanes` of the sixteen floats that start `offset` floats on, and zeros; what lies behind is not read.
  @inline(__always)
  func wide(_ offset: Int, lanes: Int) -> WideVector {
    guard lanes < WideVector.scalarCount else { return wide(offset) }
    var result = WideVector()
    for lane in 0..<max(0, lanes) { result[lane] = self[offset + lane] }
    return result
  }

  /// Writes the first `lanes` elements of a vector `offset` floats on, or adds them to what is there; all of them where
  /// `lanes` is not less than there are.
  @inline(__always)
  func put<V: SIMD>(_ value: V, _ offset: Int, lanes: Int, accumulate: Bool = false) where V.Scalar == Float {
    let target = self + offset
    guard lanes < V.scalarCount else {
      let raw = UnsafeMutableRawPointer(target)
      // A sum of two concrete vectors compiles to one instruction; a generic one would not.
      if accumulate {
        for i in 0..<V.scalarCount { target[i] += value[i] }
      } else {
        raw.storeBytes(of: value, as: V.self)
      }
      return
    }
    for i in 0..<max(0, lanes) { target[i] = accumulate ? target[i] + value[i] : value[i] }
  }
}
