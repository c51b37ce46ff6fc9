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
