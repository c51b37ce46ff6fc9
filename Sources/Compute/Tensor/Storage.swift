import Locking

#if canImport(Glibc)
  import Glibc
#endif

/// A run of floats, aligned to 64 bytes, that returns to a pool when the last reference drops.
///
/// A training step asks for the same sizes again and again, so once warm it allocates nothing from the system.
/// The contents of a new storage are undefined: whoever makes one writes every element.
final class Storage: @unchecked Sendable {
  let count: Int
  private let block: Block
  /// Floats that may be read past the end, so that a kernel can load a whole vector at the edge of a matrix and throw
  /// the rest away.
  static let slack = 32

  /// The first element. Kernels alone read and write through it, after they have checked every size.
  var base: UnsafeMutablePointer<Float> { block.base }

  init(count: Int) {
    precondition(count >= 0, "a storage needs a count of 0 or more, not \(count)")
    self.count = count
    block = BlockPool.take(capacity: BlockPool.capacity(for: count + Self.slack))
  }

  /// A storage of `count` zeros.
  static func zeros(count: Int) -> Storage {
    let storage = Storage(count: count)
    storage.base.update(repeating: 0, count: count)
    return storage
  }

  /// A storage with a copy of the values.
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: source.count) }
    }
  }

  /// Overwrites every element.
  func assign(_ values: [Float]) {
    precondition(values.count == count, "\(values.count) values for a storage of \(count)")
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: count) }
    }
  }

  /// A copy of the elements.
  var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  deinit { BlockPool.giveBack(block) }
}

extension Storage? {
  /// Has `write` put down a share of a sum of `count` elements: the first in a new storage, later ones added to it.
  mutating func add(count: Int, _ write: (_ destination: Storage, _ accumulate: Bool) -> Void) {
    if let self {
      write(self, true)
    } else {
      let fresh = Storage(count: count)
      write(fresh, false)
      self = fresh
    }
  }
}

/// One allocation of the pool.
private struct Block: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let capacity: Int
}

/// Free blocks by capacity. Capacities have four steps to the octave, so at most a quarter of a block is unused.
private enum BlockPool {
  private static let free = Locked<[Int: [Block]]>([:])
  private static let hugePage = 2 << 20

  static func capacity(for count: Int) -> Int {
    guard count > 64 else { return 64 }
    let octave = Int.bitWidth - 1 - (count - 1).leadingZeroBitCount
    let step = 1 << (octave - 2)
    return (count + step - 1) / step * step
  }

  static func take(capacity: Int) -> Block {
    if let block = free.withLock({ $0[capacity]?.popLast() }) { return block }
    let bytes = capacity * MemoryLayout<Float>.stride
    var memory: UnsafeMutableRawPointer?
    // Large blocks sit on huge pages: fewer page faults and fewer misses of the address cache.
    let alignment = bytes >= hugePage ? hugePage : 64
    guard posix_memalign(&memory, alignment, bytes) == 0, let memory else {
      MemoryShortage.end(bytes: bytes)
    }
    if bytes >= hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
    return Block(base: memory.bindMemory(to: Float.self, capacity: capacity), capacity: capacity)
  }

  static func giveBack(_ block: Block) {
    free.withLock { $0[block.capacity, default: []].append(block) }
  }
}
