import CMalloc

/// Memory that goes from one batch to the next without a way round through the kernel.
enum ReusedMemory {
  /// Has the allocator keep the few megabytes of each batch instead of giving them back.
  ///
  /// Otherwise every page of every batch is taken away, cleared and faulted in again, which takes about as long as all
  /// the rest of reading and packing CIFAR-10.
  static func keep() {
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
  }
}
