/// The mean of the squares of all elements of the batch, Σ x²/count, a scalar; x has the records first. Saves x.
/// Backward: dx = 2·x·dy/count.
package func meanSquare(_ x: Tensor) -> Tensor {
  let source = x.storage.base
  let batch = BatchSums(x.shape, x.tape)
  let sum = batch.sum(count: x.count) { source.wide($0) * source.wide($0) }
  let count = batch.total(x.count)
  let mean = Tensor(shape: [], storage: Storage([Float(sum / Double(count))]), tape: x.tape)
  mean.tape?.record {
    guard let slope = mean.takeGradient() else { return }
    let factor = 2 * slope.base[0] / Float(count)
    x.addGradient { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { x.storage.base.wide($0) * factor }
    }
  }
  return mean
}
