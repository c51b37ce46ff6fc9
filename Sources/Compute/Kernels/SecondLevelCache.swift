#if canImport(Glibc)
  import Glibc
#endif

/// The cache that every core has for itself behind its smallest one. Its size decides how much a thread does before it
/// moves on, never a result.
enum SecondLevelCache {
  /// Its bytes, or 0 where the system does not know.
  static let bytes = max(0, sysconf(Int32(_SC_LEVEL2_CACHE_SIZE)))
}
