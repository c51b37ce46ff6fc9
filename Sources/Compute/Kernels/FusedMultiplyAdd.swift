#if hasFeature(BuiltinModule)
  import Builtin

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
