import Threads

/// Depthwise 3×3 convolution, one picture a piece.
struct DepthwiseKernel {
  let window: WindowShape

  private var channels: Int { window.channels }
  private static let taps = WindowShape.size * WindowShape.size

  private func check(x: Storage, weight: Storage, y: Storage) {
    precondition(
      x.count == window.batch * window.pictureCount && y.count == window.batch * window.outputCount
        && weight.count == Self.taps * channels,
      "depthwise convolution \(window) of \(x.count) by \(weight.count) into \(y.count) elements")
  }

  func forward(_ x: Storage, weight: Storage, y: Storage) {
    check(x: x, weight: weight, y: y)
    let filters = filtersByTap(weight)
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      let target = y.base + picture * window.outputCount
      target.update(repeating: 0, count: window.outputCount)
      window.forEachTap { tap, input, output in
        let filter = filters.base + tap * channels
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let sum = target.vector(output + c).addingProduct(source.vector(input + c), filter.vector(c))
          target.put(sum, output + c, lanes: channels - c)
        }
      }
    }
  }

  /// dx ← the adjoint of `forward` applied to dy (+ dx where `accumulate`).
  func adjoint(_ dy: Storage, weight: Storage, dx: Storage, accumulate: Bool) {
    check(x: dx, weight: weight, y: dy)
    let filters = filtersByTap(weight)
    Parallel.forEachPiece(window.batch) { picture in
      let source = dy.base + picture * window.outputCount
      let target = dx.base + picture * window.pictureCount
      if !accumulate { target.update(repeating: 0, count: window.pictureCount) }
      window.forEachTap { tap, input, output in
        let filter = filters.base + tap * channels
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let sum = target.vector(input + c).addingProduct(source.vector(output + c), filter.vector(c))
          target.put(sum, input + c, lanes: channels - c)
        }
      }
    }
  }

  /// dw[c, tap] ← Σ x·dy (+ dw where `accumulate`): floats within a picture, doubles across the pictures of a part.
  func weightGradient(_ dy: Storage, x: Storage, _ batch: BatchParts, dw: Storage, accumulate: Bool) {
    check(x: x, weight: dw, y: dy)
    precondition(batch.records == window.batch, "parts of \(batch.records) records for \(window.batch) pictures")
    let count = Self.taps * channels
    let sums = Storage.zeros(count: window.batch * count)
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      let slope = dy.base + picture * window.outputCount
      let sum = sums.base + picture * count
      window.forEachTap { tap, input, output in
        let target = sum + tap * channels
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let value = target.vector(c).addingProduct(source.vector(input + c), slope.vector(output + c))
          target.put(value, c, lanes: channels - c)
        }
      }
    }
    for c in 0..<channels {
      for tap in 0..<Self.taps {
        let total = SumTree.sum(0..<batch.count) { part in
          Float(batch.records(of: part).reduce(0.0) { $0 + Double(sums.base[$1 * count + tap * channels + c]) })
        } adding: {
          $0 += $1
        }
        let index = c * Self.taps + tap
        dw.base[index] = (accumulate ? dw.base[index] : 0) + total
      }
    }
  }

  /// The filters as [tap, channel].
  private func filtersByTap(_ weight: Storage) -> Storage {
    let result = Storage(count: weight.count)
    for c in 0..<channels {
      for tap in 0..<Self.taps { result.base[tap * channels + c] = weight.base[c * Self.taps + tap] }
    }
    return result
  }
}
