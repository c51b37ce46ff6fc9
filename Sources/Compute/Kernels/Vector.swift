#if hasFeature(BuiltinModule)
  import Builtin
#endif

#if UE_VECTOR_512
  /// The vector of the processor the code is built for: 16 floats with AVX-512.
  typealias Vector = SIMD16<Float>
#else
  /// The vector of the processor the code is built for: 8 floats.
  typealias Vector = SIMD8<Float>
#endif

extension UnsafePointer where Pointee == Float {
  /// The vector that starts `offset` floats on; any alignment.
  @inline(__always)
  func vector(_ offset: Int = 0) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// The vector that starts `offset` floats on; any alignment.
  @inline(__always)
  func vector(_ offset: Int = 0) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }

  /// Writes the vector that starts `offset` floats on; any alignment.
  @inline(__always)
  func store(_ value: Vector, _ offset: Int = 0) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: Vector.self)
  }
}

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

#if hasFeature(BuiltinModule)
  // The standard library multiplies and adds vectors lane by lane, and leaves it to the optimiser to find the vector
  // again, which it does only in part: half of the Winograd transforms came out in half vectors put together afterwards.
  // These name the one instruction that is meant. The results are the same bits; without the feature everything still
  // compiles, and runs slower.

  extension SIMD16 where Scalar == Float {
    /// self + a·b, rounded once.
    @inline(__always)
    func addingProduct(_ a: Self, _ b: Self) -> Self {
      var result = self
      result._storage._value = Builtin.int_fma_Vec16xFPIEEE32(
        a._storage._value, b._storage._value, _storage._value)
      return result
    }

    /// self + a·b, rounded once.
    @inline(__always)
    func addingProduct(_ a: Float, _ b: Self) -> Self { addingProduct(Self(repeating: a), b) }
  }

  extension SIMD8 where Scalar == Float {
    /// self + a·b, rounded once.
    @inline(__always)
    func addingProduct(_ a: Self, _ b: Self) -> Self {
      var result = self
      result._storage._value = Builtin.int_fma_Vec8xFPIEEE32(a._storage._value, b._storage._value, _storage._value)
      return result
    }

    /// self + a·b, rounded once.
    @inline(__always)
    func addingProduct(_ a: Float, _ b: Self) -> Self { addingProduct(Self(repeating: a), b) }
  }
#endif

extension UnsafePointer<Float> {
  /// Has the cache line that holds the element fetched while other work goes on. A hint: without the feature, nothing.
  @inline(__always)
  func prefetch() {
    #if hasFeature(BuiltinModule)
      let (reading, keepClose, data): (Int32, Int32, Int32) = (0, 3, 1)
      Builtin.int_prefetch_RawPointer(_rawValue, reading._value, keepClose._value, data._value)
    #endif
  }
}
