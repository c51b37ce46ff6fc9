#if hasFeature(BuiltinModule)
  import Builtin
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
