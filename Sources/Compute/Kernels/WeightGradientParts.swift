import Threads

/// The weight gradient of a convolution with small filters as the sum of those of the batch's parts, in the order of
/// `SumTree`.
struct WeightGradientParts {
  private let shape: ConvolutionShape
  private let parts: BatchParts

  init(_ shape: ConvolutionShape, _ parts: BatchParts) {
    precondition(parts.records == shape.batch, "parts of \(parts.records) records for \(shape.batch) pictures")
    (self.shape, self.parts) = (shape, parts)
  }

  /// dw[out, in, kernel, kernel] ← (accumulate ? dw : 0) + the parts' sums. `body` writes each part's, [tap, in, out].
  func run(
    dw: Storage, accumulate: Bool, _ body: (_ pictures: Range<Int>, _ sum: UnsafeMutablePointer<Float>) -> Void
  ) {
    let total = shape.batch > 0 ? sum(body) : Storage.zeros(count: shape.weightCount)
    let (inputs, outputs, taps) = (shape.inputChannels, shape.outputChannels, shape.kernel * shape.kernel)
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

  /// The sum of all parts, [tap, in, out].
  private func sum(_ body: (_ pictures: Range<Int>, _ sum: UnsafeMutablePointer<Float>) -> Void) -> Storage {
    let length = shape.weightCount
    let sums = Storage(count: parts.count * length)
    Parallel.forEachPiece(parts.count) { body(parts.records(of: $0), sums.base + $0 * length) }
    guard parts.count > 1 else { return sums }
    let total = Storage(count: length)
    let tree = VectorTree(count: parts.count, stride: length)
    Parallel.forEachRange(of: length, length: 1 << 12) { range in
      tree.add(
        sums.base + range.lowerBound, length: range.count, to: total.base + range.lowerBound, accumulate: false)
    }
    return total
  }
}
