/// The mean squared error over all elements of the batch, Σ (x − t)²/count, a scalar; the records come first. Saves x
/// and t.
/// Backward: dx = 2·(x − t)·dy/count and dt = −dx.
package func meanSquaredError(_ x: Tensor, _ target: Tensor) -> Tensor {
  precondition(x.shape == target.shape, "mean squared error of \(x.shape) and \(target.shape)")
  let (left, right) = (x.storage.base, target.storage.base)
  let batch = BatchSums(x.shape, x.tape ?? target.tape)
  let sum = batch.sum(count: x.count) { index in
    let difference = left.wide(index) - right.wide(index)
    return difference * difference
  }
  let count = batch.total(x.count)
  let error = Tensor(shape: [], storage: Storage([Float(sum / Double(count))]), tape: x.tape ?? target.tape)
  error.tape?.record {
    guard let slope = error.takeGradient() else { return }
    let factor = 2 * slope.base[0] / Float(count)
    x.addGradient { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { (left.wide($0) - right.wide($0)) * factor }
    }
    target.addGradient { dt, accumulate in
      Elementwise.fill(dt, accumulate: accumulate) { (right.wide($0) - left.wide($0)) * factor }
    }
  }
  return error
}
