import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Loops that run on several threads: how many there are, and the one place where work is handed to them.
package enum Parallel {
  private static let configured = Atomic<Int>(0)
  /// Calls of `forEachPiece` so far.
  private static let passes = Atomic<Int>(0)
  private static let atOnce = Atomic<Bool>(false)
  private static let processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// How many threads compute; set once by a tool's `--threads`. Unset, it is the number of processors.
  /// Results never depend on it: work is cut by shape alone.
  package static var count: Int {
    get {
      let value = configured.load(ordering: .relaxed)
      return value > 0 ? value : processorCount
    }
    set { configured.store(max(1, newValue), ordering: .relaxed) }
  }

  /// Whether later work is done at once: a profile is of one thing at a time.
  package static var runsLaterWorkAtOnce: Bool {
    get { atOnce.load(ordering: .relaxed) }
    set { atOnce.store(newValue, ordering: .relaxed) }
  }

  /// Runs `body` for every piece in 0..<pieces, on up to `count` threads, and returns when all are done.
  ///
  /// Each piece is taken by the first thread that is free; its body must write only where no other piece writes. Every
  /// other call begins with the last piece: where the call before ended, and what it read or wrote is still in the cache.
  package static func forEachPiece(_ pieces: Int, _ body: (Int) -> Void) {
    let workers = min(count, pieces)
    let first = passes.wrappingAdd(1, ordering: .relaxed).oldValue.isMultiple(of: 2) ? 0 : pieces - 1
    guard workers > 1 else {
      for piece in 0..<pieces { body(abs(first - piece)) }
      return
    }
    HelperThreads.shared.forEachPiece(pieces, helpers: workers - 1) { body(abs(first - $0)) }
  }

  /// Has `work` done while the caller goes on: what nobody needs before `finish`, such as the gradient of a weight. What
  /// memory holds up and what arithmetic holds up then meet, and neither waits for the other's threads.
  ///
  /// Later work is done in the order in which it came, one after the other, with `forEachPiece` of its own; it must not
  /// call `later` or `finish`.
  package static func later(_ work: @escaping () -> Void) {
    guard count > 1, !runsLaterWorkAtOnce else {
      // What was left before comes first, even if the number of threads has just changed.
      finish()
      return work()
    }
    HelperThreads.shared.later(helpers: count - 1, work)
  }

  /// Returns when all later work is done.
  package static func finish() { HelperThreads.shared.finish() }

  /// Runs `body` for pieces that lie in a row, in parallel: about eight runs a thread, so that it must treat every piece
  /// of a run as it would alone.
  package static func forEachRun(ofPieces pieces: Int, _ body: (Range<Int>) -> Void) {
    forEachRange(of: pieces, length: pieces / (8 * count), body)
  }

  /// Cuts 0..<count into ranges of `length` (the last may be shorter) and runs `body` for each, in parallel.
  package static func forEachRange(of count: Int, length: Int, _ body: (Range<Int>) -> Void) {
    let step = max(1, length)
    forEachPiece((count + step - 1) / step) { piece in
      body(piece * step..<min(count, (piece + 1) * step))
    }
  }
}

extension Parallel {
  /// The results of `body` for every piece in 0..<pieces, worked out on up to `count` threads.
  @inlinable
  package static func map<Result>(_ pieces: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: pieces) { buffer, count in
      if let start = buffer.baseAddress { forEachPiece(pieces) { (start + $0).initialize(to: body($0)) } }
      count = pieces
    }
  }
}
