/// Loops that treat every element alike, cut into pieces of a fixed length so that threads never change a result.
enum Elementwise {
  /// Elements a piece: large enough to hide a thread's start, small enough to stay in the L2 cache.
  static let pieceLength = 1 << 15

  /// destination ← source.
  static func copy(_ source: Storage) -> Storage {
    let destination = Storage(count: source.count)
    Threads.forEachRange(of: source.count, length: pieceLength) { range in
      (destination.base + range.lowerBound).update(from: source.base + range.lowerBound, count: range.count)
    }
    return destination
  }

  /// destination ← destination + source.
  static func add(_ source: Storage, into destination: Storage) {
    precondition(source.count == destination.count, "add: \(source.count) elements into \(destination.count)")
    Threads.forEachRange(of: source.count, length: pieceLength) { range in
      let (x, y) = (source.base, destination.base)
      for i in range { y[i] += x[i] }
    }
  }
}
