/// The mean of the squares of all elements, Σ x²/count, a scalar. Saves x.
/// Backward: dx = 2·x·dy/count.
package func meanSquare(_ x: Tensor) -> Tensor {
  let source = x.storage.base
  let sum = Reduction.sum(count: x.count) { source.wide($0) * source.wide($0) }
  let mean = Tensor(shape: [], storage: Storage([Float(sum / Double(x.count))]), tape: x.tape)
  mean.tape?.record {
    guard let slope = mean.takeGradient() else { return }
    let factor = 2 * slope.base[0] / Float(x.count)
    x.addGradient { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { x.storage.base.wide($0) * factor }
    }
  }
  return mean
}
