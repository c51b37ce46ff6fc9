import Locking
import Synchronization
import Threads

/// Where a computation's time goes, by operation and pass: for whoever tunes the kernels.
///
/// Off, which is the rule, an operation asks one flag. Spans may lie within one another; each is charged its own time,
/// without that of the spans within. Meanwhile one thread at a time calls operations.
package enum Profile {
  /// Which pass through the network.
  package enum Pass: String, Sendable, CaseIterable {
    case forward, backward
  }

  /// What was spent on one kind of operation in one pass.
  package struct Entry: Sendable {
    /// The operation, with its sizes where they matter.
    package let operation: String
    /// The pass it was computed for.
    package let pass: Pass
    /// How often it ran.
    package fileprivate(set) var calls = 0
    /// Seconds of the clock, all of those calls together.
    package fileprivate(set) var seconds = 0.0
    /// Arithmetic of the plain formula, whatever algorithm computes it; 0 where memory sets the pace.
    package fileprivate(set) var floatingPointOperations = 0.0
    /// Bytes of the arrays read and written; 0 where arithmetic sets the pace.
    package fileprivate(set) var bytes = 0.0
  }

  /// What an operation has to do.
  struct Work {
    var floatingPointOperations = 0.0
    var bytes = 0.0

    /// So many arrays of `count` floats are read or written.
    static func arrays(_ arrays: Int, of count: Int) -> Work { Work(bytes: 4 * Double(arrays) * Double(count)) }
  }

  private static let isOn = Atomic<Bool>(false)
  private static let state = Locked(Ledger())

  /// What `body` spends, the largest first.
  package static func measure(_ body: () throws -> Void) rethrows -> [Entry] {
    state.withLock { $0 = Ledger() }
    isOn.store(true, ordering: .sequentiallyConsistent)
    Parallel.runsLaterWorkAtOnce = true
    defer {
      Parallel.runsLaterWorkAtOnce = false
      isOn.store(false, ordering: .sequentiallyConsistent)
    }
    try body()
    return state.withLock { $0.entries.values.sorted { ($1.seconds, $0.operation) < ($0.seconds, $1.operation) } }
  }

  /// Charges the time of `body` to an operation.
  @inline(__always)
  static func span<Result>(
    _ operation: @autoclosure () -> String, _ work: @autoclosure () -> Work, _ body: () -> Result
  ) -> Result {
    guard isOn.load(ordering: .relaxed) else { return body() }
    state.withLock { $0.open.append(0) }
    let start = ContinuousClock.now
    let result = body()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let (operation, work) = (operation(), work())
    state.withLock { $0.close(operation, work, seconds: seconds) }
    return result
  }

  /// The name of the operation that a function is: `sigmoid(_:)` is `sigmoid`.
  static func name(of function: String) -> String {
    String(function.prefix { $0 != "(" })
  }

  /// Charges what `body` spends to the backward pass.
  static func backward(_ body: () -> Void) {
    guard isOn.load(ordering: .relaxed) else { return body() }
    state.withLock { $0.pass = .backward }
    body()
    state.withLock { $0.pass = .forward }
  }

  private struct Ledger {
    var entries: [String: Entry] = [:]
    /// The time of the spans within each open span.
    var open: [Double] = []
    var pass = Pass.forward

    mutating func close(_ operation: String, _ work: Work, seconds: Double) {
      let within = open.popLast() ?? 0
      if let outer = open.indices.last { open[outer] += seconds }
      var entry = entries["\(operation) \(pass)"] ?? Entry(operation: operation, pass: pass)
      entry.calls += 1
      entry.seconds += seconds - within
      entry.floatingPointOperations += work.floatingPointOperations
      entry.bytes += work.bytes
      entries["\(operation) \(pass)"] = entry
    }
  }
}
