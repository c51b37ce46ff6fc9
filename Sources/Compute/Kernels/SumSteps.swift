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

  /// The steps in runs that have at most `limit` tiles or rows together, or one block.
  static func chunks(_ steps: [SumStep], limit: Int) -> [ArraySlice<SumStep>] {
    var (chunks, first): ([ArraySlice<SumStep>], Int) = ([], 0)
    for index in steps.indices.dropFirst()
    where steps[index].block.upperBound - steps[first].block.lowerBound > limit {
      chunks.append(steps[first..<index])
      first = index
    }
    return chunks + [steps[first...]]
  }

  /// Adds the levels that this block completes, each of `count` floats, a whole number of vectors.
  func addLevels(_ levels: UnsafeMutablePointer<Float>, count: Int) {
    for addition in 0..<additions {
      let right = levels + (level - addition) * count
      let left = right - count
      for index in stride(from: 0, to: count, by: Vector.scalarCount) {
        left.store(left.vector(index) + right.vector(index), index)
      }
    }
  }
}

extension ArraySlice<SumStep> {
  /// The tiles or rows of a chunk.
  var blocks: Range<Int> { self[startIndex].block.lowerBound..<self[endIndex - 1].block.upperBound }
}
