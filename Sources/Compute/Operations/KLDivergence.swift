/// The divergence of the normal distributions N(μ, e^v) from N(0, 1), summed over the channels and averaged over
/// pictures (of all holders) and cells, in nats:
///
///     KL = 1/(N·H·W) · Σ ½·(μ² + e^v − 1 − v)
///
/// Shapes: mean μ and logVariance v are [N, H, W, C]; the result is a scalar. Saves μ and v.
/// Backward: dμ = μ·dKL/(N·H·W), dv = ½·(e^v − 1)·dKL/(N·H·W).
package func klDivergence(mean: Tensor, logVariance: Tensor) -> Tensor {
  precondition(
    mean.shape == logVariance.shape && mean.shape.count == 4, "KL of \(mean.shape) and \(logVariance.shape)")
  let (center, spread) = (mean.storage.base, logVariance.storage.base)
  let batch = BatchSums(mean.shape, mean.tape ?? logVariance.tape)
  let sum = batch.sum(count: mean.count) { index in
    let (m, v) = (center.wide(index), spread.wide(index))
    return m * m + ((VectorMath.exponential(v) - 1) - v)
  }
  let cells = Double(batch.total(mean.shape[0] * mean.shape[1] * mean.shape[2]))
  let divergence = Tensor(
    shape: [], storage: Storage([Float(0.5 * sum / cells)]), tape: mean.tape ?? logVariance.tape)
  divergence.tape?.record {
    guard let slope = divergence.takeGradient() else { return }
    let factor = slope.base[0] / Float(cells)
    mean.addGradient { dm, accumulate in
      Elementwise.fill(dm, accumulate: accumulate) { mean.storage.base.wide($0) * factor }
    }
    logVariance.addGradient { dv, accumulate in
      Elementwise.fill(dv, accumulate: accumulate) { index in
        (VectorMath.exponential(logVariance.storage.base.wide(index)) - 1) * (0.5 * factor)
      }
    }
  }
  return divergence
}
