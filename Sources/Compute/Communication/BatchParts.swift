/// The parts into which the records of a batch are cut for every sum over records, so that 1, 2, 4, 8 or 16 holders of the
/// batch get the same bits.
///
/// A batch of B records has P = min(16, B) parts; part p holds the records p·B/P ..< (p + 1)·B/P. Where H holders have N
/// records each, every one of them holds P/H parts in a row, and sees here its own.
package struct BatchParts: Sendable, Equatable {
  /// As many parts as a batch has at most, of all holders together.
  package static let most = 16

  /// The records held here.
  package let records: Int
  /// The parts held here; at least one, even of no records.
  package let count: Int

  /// The parts of one of several holders, all of which have as many records.
  package init(records: Int, holders: Int = 1) {
    precondition(records >= 0 && holders >= 1, "\(records) records of \(holders) holders")
    self.records = records
    count = max(1, min(Self.most, records * holders) / holders)
  }

  /// The records of a part, counted from the first that is held here.
  package func records(of part: Int) -> Range<Int> {
    part * records / count..<(part + 1) * records / count
  }

  /// The elements of each part, where a record has `length` of them.
  package func ranges(length: Int = 1) -> [Range<Int>] {
    (0..<count).map { records(of: $0).lowerBound * length..<records(of: $0).upperBound * length }
  }
}

/// The one order in which the sums of parts, and those of holders, are added: a run of n is split into its first n/2,
/// rounded down, and the rest, and so on.
package enum SumTree {
  /// The two runs whose sums make up that of a run of two or more.
  package static func halves(_ run: Range<Int>) -> (Range<Int>, Range<Int>) {
    let middle = run.lowerBound + run.count / 2
    return (run.lowerBound..<middle, middle..<run.upperBound)
  }

  /// The sum of a run, which is not empty. Left comes before right, so that no more values are there at a time than the
  /// tree has levels, and one.
  @inlinable
  package static func sum<Value>(
    _ run: Range<Int>, _ value: (Int) -> Value, adding: (_ left: inout Value, _ right: Value) -> Void
  ) -> Value {
    guard run.count > 1 else { return value(run.lowerBound) }
    let (left, right) = halves(run)
    var total = sum(left, value, adding: adding)
    adding(&total, sum(right, value, adding: adding))
    return total
  }

  /// The sum of arrays of one length, element by element.
  package static func sum<Number: FloatingPoint>(_ arrays: [[Number]]) -> [Number] {
    guard !arrays.isEmpty else { return [] }
    return sum(0..<arrays.count, { arrays[$0] }) { left, right in
      precondition(left.count == right.count, "a sum of \(left.count) and \(right.count) numbers")
      for index in left.indices { left[index] += right[index] }
    }
  }

  /// How many sums are complete once each value of a run has come: so many times the two latest sums are added.
  package static func additions(of count: Int) -> [Int] {
    var additions = [Int](repeating: 0, count: count)
    func visit(_ run: Range<Int>) {
      guard run.count > 1 else { return }
      let (left, right) = halves(run)
      visit(left)
      visit(right)
      additions[run.upperBound - 1] += 1
    }
    visit(0..<count)
    return additions
  }

  /// The additions of a tree of values in places 0..<count, in order: what is in the right place is added to the left.
  static func steps(of count: Int) -> [(left: Int, right: Int)] {
    var steps: [(left: Int, right: Int)] = []
    func visit(_ run: Range<Int>) {
      guard run.count > 1 else { return }
      let (left, right) = halves(run)
      visit(left)
      visit(right)
      steps.append((left.lowerBound, right.lowerBound))
    }
    visit(0..<count)
    return steps
  }

  /// Sums that wait at a time at most: the levels of a tree of so many values, and one.
  static func depth(of count: Int) -> Int { count < 2 ? 1 : Int.bitWidth - (count - 1).leadingZeroBitCount + 1 }
}

/// Pieces of at most a given length, none of which reaches from one part into the next: the same whoever holds the part.
struct PartPieces {
  /// All of them, part by part.
  let all: [Range<Int>]
  /// The pieces of every part.
  let ofParts: [Range<Int>]

  init(_ parts: [Range<Int>], length: Int) {
    var (all, ofParts): ([Range<Int>], [Range<Int>]) = ([], [])
    for part in parts {
      let first = all.count
      for start in stride(from: part.lowerBound, to: part.upperBound, by: length) {
        all.append(start..<min(start + length, part.upperBound))
      }
      ofParts.append(first..<all.count)
    }
    (self.all, self.ofParts) = (all, ofParts)
  }
}

/// Sums of arrays of floats in the order of `SumTree`, a vector at a time.
struct VectorTree {
  private let count: Int
  private let stride: Int
  private let steps: [(left: Int, right: Int)]

  /// Of so many arrays, one `stride` floats behind the other.
  init(count: Int, stride: Int) {
    (self.count, self.stride) = (count, stride)
    steps = SumTree.steps(of: count)
  }

  /// Room for one sum after the other.
  func withScratch(_ body: (UnsafeMutablePointer<Vector>) -> Void) {
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: count) { buffer in
      if let start = buffer.baseAddress { body(start) }
    }
  }

  /// The sum of the vectors that lie in the arrays where `first` lies in the first.
  @inline(__always)
  func sum(_ first: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Vector>) -> Vector {
    for index in 0..<count { scratch[index] = first.vector(index * stride) }
    for step in steps { scratch[step.left] += scratch[step.right] }
    return scratch[0]
  }

  /// target ← (accumulate ? target : 0) + the sum of `length` elements of each array.
  func add(
    _ arrays: UnsafePointer<Float>, length: Int, to target: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    withScratch { scratch in
      for index in Swift.stride(from: 0, to: length, by: Vector.scalarCount) {
        target.put(sum(arrays + index, scratch), index, lanes: length - index, accumulate: accumulate)
      }
    }
  }
}
