import Locking

#if canImport(Glibc)
  import Glibc
#endif

/// One allocation of the pool.
struct Block: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let capacity: Int
  /// The file that the memory lies in, and for whom it was taken; nil for memory of the process alone.
  fileprivate let spilled: (file: SpilledMemory, holder: Int)?
}

/// Free blocks by capacity. Capacities have four steps to the octave, so at most a quarter of a block is unused.
package enum BlockPool {
  private static let free = Locked<[Int: [Block]]>([:])
  private static let spill = Locked<SpilledMemory?>(nil)
  private static let hugePage = 2 << 20

  static func capacity(for count: Int) -> Int {
    guard count > 64 else { return 64 }
    let octave = Int.bitWidth - 1 - (count - 1).leadingZeroBitCount
    let step = 1 << (octave - 2)
    return (count + step - 1) / step * step
  }

  static func take(capacity: Int) -> Block {
    if capacity >= SpilledMemory.smallestBlock, let file = spill.withLock({ $0 }) { return file.take(capacity) }
    if let block = free.withLock({ $0[capacity]?.popLast() }) { return block }
    let bytes = capacity * MemoryLayout<Float>.stride
    var memory: UnsafeMutableRawPointer?
    // Large blocks sit on huge pages: fewer page faults and fewer misses of the address cache.
    let alignment = bytes >= hugePage ? hugePage : 64
    guard posix_memalign(&memory, alignment, bytes) == 0, let memory else { MemoryShortage.end(.memory, bytes: bytes) }
    if bytes >= hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
    return Block(base: memory.bindMemory(to: Float.self, capacity: capacity), capacity: capacity, spilled: nil)
  }

  static func giveBack(_ block: Block) {
    if let (file, holder) = block.spilled { return file.giveBack(block, of: holder) }
    free.withLock { $0[block.capacity, default: []].append(block) }
  }

  /// Has `body` run with large new blocks in a file, so that what waits need not stay in memory. This holds for all threads:
  /// one such call at a time.
  ///
  /// - Parameter file: where blocks are taken from until `body` returns; they may be in use longer.
  package static func spilling<Result>(
    to file: SpilledMemory, _ body: () throws -> Result
  ) rethrows -> Result {
    let before = spill.withLock { spill in
      defer { spill = file }
      return spill
    }
    defer { spill.withLock { $0 = before } }
    return try body()
  }
}

/// Blocks of memory that lie in a file: the system keeps those at work in memory and may write the others out.
///
/// They are taken for holders that take turns. When a holder's turn is over, what it has leaves the memory of the process;
/// whoever reads it again gets it back unchanged. The file's space is claimed beforehand, so that a full disk shows when a
/// block is taken.
package final class SpilledMemory: @unchecked Sendable {
  /// Smaller blocks, in floats, are not worth a place in the file.
  static let smallestBlock = 1 << 14
  /// Free blocks of one capacity that stay in memory, since the next of that size is taken soon.
  private static let warmBlocks = 2

  private let descriptor: Int32
  private let state: Locked<State>

  private struct State {
    var size = 0
    /// By capacity; the last `warmBlocks` are in memory.
    var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
    /// The blocks of every holder, with their bytes.
    var taken: [[UnsafeMutablePointer<Float>: Int]]
    /// The holder whose turn it is.
    var holder = 0
    var mappings: [(base: UnsafeMutableRawPointer, bytes: Int)] = []
  }

  /// Memory of so many holders in an open file, which is closed at the end.
  package init(descriptor: Int32, holders: Int) {
    self.descriptor = descriptor
    state = Locked(State(taken: [[UnsafeMutablePointer<Float>: Int]](repeating: [:], count: holders)))
  }

  deinit {
    state.withLock { for mapping in $0.mappings { munmap(mapping.base, mapping.bytes) } }
    close(descriptor)
  }

  fileprivate func take(_ capacity: Int) -> Block {
    state.withLock { state in
      let base = state.free[capacity]?.popLast() ?? claim(capacity, &state)
      state.taken[state.holder][base] = Self.bytes(capacity)
      return Block(base: base, capacity: capacity, spilled: (self, state.holder))
    }
  }

  fileprivate func giveBack(_ block: Block, of holder: Int) {
    state.withLock { state in
      state.taken[holder][block.base] = nil
      var free = state.free[block.capacity] ?? []
      state.free[block.capacity] = nil
      free.append(block.base)
      if free.count > Self.warmBlocks {
        madvise(free[free.count - 1 - Self.warmBlocks], Self.bytes(block.capacity), MADV_DONTNEED)
      }
      state.free[block.capacity] = free
    }
  }

  /// Ends a holder's turn: the memory of what it has is let go, and the next holder's turn begins.
  package func endTurn(of holder: Int) {
    state.withLock { state in
      for (base, bytes) in state.taken[holder] { madvise(base, bytes, MADV_DONTNEED) }
      state.holder = (holder + 1) % state.taken.count
    }
  }

  private func claim(_ capacity: Int, _ state: inout State) -> UnsafeMutablePointer<Float> {
    let bytes = Self.bytes(capacity)
    var code = EINTR
    while code == EINTR { code = posix_fallocate(descriptor, off_t(state.size), off_t(bytes)) }
    guard code == 0,
      let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, off_t(state.size)),
      memory != MAP_FAILED
    else { MemoryShortage.end(.temporaryFile, bytes: bytes) }
    state.size += bytes
    state.mappings.append((memory, bytes))
    return memory.bindMemory(to: Float.self, capacity: capacity)
  }

  /// The bytes of a block, in whole pages.
  private static func bytes(_ capacity: Int) -> Int {
    let page = max(1, sysconf(Int32(_SC_PAGESIZE)))
    return (capacity * MemoryLayout<Float>.stride + page - 1) / page * page
  }
}

/// What is done when the system has no more memory for a tensor.
///
/// Kernels cannot go on without, and every computation would have to hand the failure up for the sake of one message; but
/// a library does not end a process either. So the program says beforehand how it wants to end.
package enum MemoryShortage {
  /// Where there was no more room.
  package enum Place: Sendable { case memory, temporaryFile }

  private static let ending = Locked<(@Sendable (_ place: Place, _ bytes: Int) -> Never)?>(nil)

  /// Sets what is done; it is told where how many bytes could not be had.
  package static func end(with ending: @escaping @Sendable (_ place: Place, _ bytes: Int) -> Never) {
    self.ending.withLock { $0 = ending }
  }

  /// Ends the program as it asked for.
  static func end(_ place: Place, bytes: Int) -> Never {
    if let ending = ending.withLock({ $0 }) { ending(place, bytes) }
    fatalError("no memory for \(bytes) bytes")
  }
}
