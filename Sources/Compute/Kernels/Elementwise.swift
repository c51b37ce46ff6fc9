import Threads

/// Loops that treat every element alike, cut into pieces of a fixed length so that threads never change a result.
enum Elementwise {
  /// Elements a piece: large enough to hide a thread's start, small enough to stay in the L2 cache.
  static let pieceLength = 1 << 15

  /// destination ← source.
  static func copy(_ source: Storage) -> Storage {
    let destination = Storage(count: source.count)
    Parallel.forEachRange(of: source.count, length: pieceLength) { range in
      (destination.base + range.lowerBound).update(from: source.base + range.lowerBound, count: range.count)
    }
    return destination
  }

  /// destination ← destination + source.
  static func add(_ source: Storage, into destination: Storage) {
    precondition(source.count == destination.count, "add: \(source.count) elements into \(destination.count)")
    Parallel.forEachRange(of: source.count, length: pieceLength) { range in
      let (x, y) = (source.base, destination.base)
      for i in range { y[i] += x[i] }
    }
  }

  /// destination[i] ← value(i), or += where `accumulate`, where `value` gives sixteen elements from i on; what it gives
  /// past the end is ignored.
  @inline(__always)
  static func fill(
    _ destination: Storage, accumulate: Bool = false, operation: String = #function,
    _ value: (_ index: Int) -> WideVector
  ) {
    let width = WideVector.scalarCount
    Profile.span(Profile.name(of: operation), .arrays(2, of: destination.count)) {
      Parallel.forEachRange(of: destination.count, length: pieceLength) { range in
        let target = destination.base
        var index = range.lowerBound
        while index + width <= range.upperBound {
          let result = value(index)
          target.put(accumulate ? target.wide(index) + result : result, index, lanes: width)
          index += width
        }
        if index < range.upperBound {
          target.put(value(index), index, lanes: range.upperBound - index, accumulate: accumulate)
        }
      }
    }
  }
}
