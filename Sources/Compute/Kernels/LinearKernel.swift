import Threads

/// The sums of a linear map of records [N, in] by w [out, in], each element on its own: a record's numbers do not depend
/// on the batch that it came in, as they might with a general matrix product.
struct LinearKernel {
  let inputs: Int
  let outputs: Int
  /// Rows a piece.
  private static let pieceRows = 32

  /// y ← x·wᵀ + bias.
  func forward(_ x: Storage, weight: Storage, bias: Storage, y: Storage) {
    check(x: x, y: y, weight: weight)
    precondition(bias.count == outputs, "a bias of \(bias.count) for \(outputs) outputs")
    Parallel.forEachRange(of: y.count / max(1, outputs), length: Self.pieceRows) { records in
      for record in records {
        let (source, target) = (x.base + record * inputs, y.base + record * outputs)
        for output in 0..<outputs {
          target[output] = bias.base[output] + Self.product(source, weight.base + output * inputs, count: inputs)
        }
      }
    }
  }

  /// dx ← dy·w (+ dx where `accumulate`).
  func inputGradient(_ dy: Storage, weight: Storage, dx: Storage, accumulate: Bool) {
    check(x: dx, y: dy, weight: weight)
    Parallel.forEachRange(of: dy.count / max(1, outputs), length: Self.pieceRows) { records in
      for record in records {
        let (slope, target) = (dy.base + record * outputs, dx.base + record * inputs)
        for input in stride(from: 0, to: inputs, by: Vector.scalarCount) {
          var sum = Vector()
          for output in 0..<outputs {
            sum = sum.addingProduct(slope[output], (weight.base + output * inputs).vector(input))
          }
          target.put(sum, input, lanes: inputs - input, accumulate: accumulate)
        }
      }
    }
  }

  /// dw ← dyᵀ·x (+ dw where `accumulate`), the records in the order of the batch's parts.
  func weightGradient(_ dy: Storage, x: Storage, _ parts: BatchParts, dw: Storage, accumulate: Bool) {
    check(x: x, y: dy, weight: dw)
    let length = (inputs + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
    Parallel.forEachPiece(outputs) { output in
      let sums = Storage.zeros(count: parts.count * length)
      for part in 0..<parts.count {
        let sum = sums.base + part * length
        for record in parts.records(of: part) {
          let (slope, source) = (dy.base[record * outputs + output], x.base + record * inputs)
          for input in stride(from: 0, to: inputs, by: Vector.scalarCount) {
            sum.store(sum.vector(input).addingProduct(slope, source.vector(input)), input)
          }
        }
      }
      VectorTree(count: parts.count, stride: length).add(
        sums.base, length: inputs, to: dw.base + output * inputs, accumulate: accumulate)
    }
  }

  private func check(x: Storage, y: Storage, weight: Storage) {
    precondition(
      inputs > 0 && outputs > 0 && weight.count == inputs * outputs && x.count % inputs == 0
        && y.count == x.count / inputs * outputs,
      "linear map of \(x.count) to \(y.count) elements by \(outputs)×\(inputs)")
  }

  /// The product of two vectors, lane by lane.
  private static func product(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, count: Int
  ) -> Float {
    var (sum, index) = (Vector(), 0)
    while index + Vector.scalarCount <= count {
      sum = sum.addingProduct(a.vector(index), b.vector(index))
      index += Vector.scalarCount
    }
    var total = sum.sum()
    while index < count {
      total += a[index] * b[index]
      index += 1
    }
    return total
  }
}
