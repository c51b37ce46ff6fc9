import Threads

/// How the pictures of a batch are cut for a weight gradient: into groups that depend on the shape alone. Each group sums
/// on its own and the groups are added in order, so the threads do not change the sum.
struct WeightGradientGroups {
  /// What the groups' sums may take together, in floats.
  private static let budget = 16 << 20

  private let shape: ConvolutionShape
  private let count: Int

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    count = max(1, min(shape.batch, 16, Self.budget / max(1, shape.weightCount)))
  }

  /// dw[out, in, kernel, kernel] ← (accumulate ? dw : 0) + the groups' sums. `body` writes each group's, [tap, in, out].
  func run(
    dw: Storage, accumulate: Bool, _ body: (_ pictures: Range<Int>, _ sum: UnsafeMutablePointer<Float>) -> Void
  ) {
    let sums = Storage(count: count * shape.weightCount)
    Parallel.forEachPiece(count) { group in
      body(
        group * shape.batch / count..<(group + 1) * shape.batch / count, sums.base + group * shape.weightCount)
    }
    merge(sums, dw: dw, accumulate: accumulate)
  }

  /// Adds the groups' sums up and turns them to [out, in, tap].
  private func merge(_ sums: Storage, dw: Storage, accumulate: Bool) {
    let (inputs, outputs, taps) = (shape.inputChannels, shape.outputChannels, shape.kernel * shape.kernel)
    let total = Storage(count: shape.weightCount)
    Elementwise.fill(total) { index in
      (1..<count).reduce(into: sums.base.wide(index)) { $0 += sums.base.wide($1 * shape.weightCount + index) }
    }
    Parallel.forEachRange(of: outputs, length: 16) { range in
      for input in 0..<inputs {
        for tap in 0..<taps {
          let source = total.base + (tap * inputs + input) * outputs
          for output in range {
            let index = (output * inputs + input) * taps + tap
            dw.base[index] = accumulate ? dw.base[index] + source[output] : source[output]
          }
        }
      }
    }
  }
}
