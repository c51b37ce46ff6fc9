/// How the sums of parts are taken block by block where those that wait for others stand in levels, one behind the other,
/// as a stack. One step is one block: a run of tiles, or of rows of pixels.
struct SumStep {
  /// The block, counted across the batch.
  var block: Range<Int>
  /// The level that its sum goes to.
  var level: Int
  /// Whether it is added to what is there: a later block of its part, or a part of one block on the right of its tree.
  var accumulate: Bool
  /// How often afterwards the highest level is added to the one below it.
  var additions: Int

  /// The steps of all parts, where a record has `length` tiles or rows, in blocks of at most `longest`.
  static func all(_ parts: BatchParts, length: Int, longest: Int) -> [SumStep] {
    let additions = SumTree.additions(of: parts.count)
    var (steps, level): ([SumStep], Int) = ([], 0)
    for (part, range) in parts.ranges(length: length).enumerated() {
      let joins = additions[part] > 0 && range.count <= longest
      if joins { level -= 1 }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: longest) {
        steps.append(
          SumStep(
            block: start..<min(start + longest, range.upperBound), level: level,
            accumulate: joins || start > range.lowerBound, additions: 0))
      }
      steps[steps.count - 1].additions = additions[part] - (joins ? 1 : 0)
      level += 1 - steps[steps.count - 1].additions
    }
    return steps
  }

  /// The same in chunks of at most `limit` tiles or rows, or one block: each a whole tree of parts, or blocks of one part.
  static func chunks(_ parts: BatchParts, length: Int, longest: Int, limit: Int) -> [ArraySlice<SumStep>] {
    let (steps, ranges) = (all(parts, length: length, longest: longest), parts.ranges(length: length))
    var (chunks, rest): ([ArraySlice<SumStep>], ArraySlice<SumStep>) = ([], steps[...])
    func visit(_ run: Range<Int>) {
      let end = ranges[run.upperBound - 1].upperBound
      if end - ranges[run.lowerBound].lowerBound <= limit {
        let chunk = rest.prefix { $0.block.lowerBound < end }
        chunks.append(chunk)
        rest = rest.dropFirst(chunk.count)
      } else if run.count > 1 {
        let (left, right) = SumTree.halves(run)
        visit(left)
        visit(right)
      } else {
        while let step = rest.first, step.block.lowerBound < end {
          chunks.append(rest.prefix(1))
          rest = rest.dropFirst()
        }
      }
    }
    visit(0..<parts.count)
    return chunks
  }

  /// Adds the levels that this block completes.
  func addLevels(_ levels: SumLevels) {
    for addition in 0..<additions {
      let (right, left) = (levels[level - addition], levels[level - addition - 1])
      for index in stride(from: 0, to: levels.count, by: Vector.scalarCount) {
        left.store(left.vector(index) + right.vector(index), index)
      }
    }
  }
}

extension ArraySlice<SumStep> {
  /// The tiles or rows of a chunk.
  var blocks: Range<Int> { self[startIndex].block.lowerBound..<self[endIndex - 1].block.upperBound }
}

/// Where the levels of one thread's sums lie, each of `count` floats, a whole number of vectors. A chunk leaves its sum on
/// the level that it begins with; what lies above is of no use to the next.
struct SumLevels {
  /// Floats of a level.
  let count: Int
  /// The levels that outlast the chunk.
  let kept: UnsafeMutablePointer<Float>
  /// Those above `highest`.
  let scratch: UnsafeMutablePointer<Float>
  let highest: Int

  subscript(level: Int) -> UnsafeMutablePointer<Float> {
    level <= highest ? kept + level * count : scratch + (level - highest - 1) * count
  }
}
