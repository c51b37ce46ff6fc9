/// A draw from N(μ, e^v) by a given draw ε from N(0, 1), through which gradients pass to μ and v:
///
///     z = μ + e^(v/2)·ε
///
/// Four tensors of one shape; the noise is a constant. Saves μ and z.
/// Backward: dμ = dz, sharing its storage, and dv = ½·dz·(z − μ), so that the noise need not be kept.
public func sampleLatent(mean: Tensor, logVariance: Tensor, noise: Tensor) -> Tensor {
  precondition(
    mean.shape == logVariance.shape && mean.shape == noise.shape,
    "a draw from \(mean.shape) and \(logVariance.shape) by \(noise.shape)")
  let z = Tensor(shape: mean.shape, tape: mean.tape ?? logVariance.tape)
  let (center, spread, draw) = (mean.storage.base, logVariance.storage.base, noise.storage.base)
  Elementwise.fill(z.storage) { index in
    center.wide(index).addingProduct(VectorMath.exponential(spread.wide(index) * 0.5), draw.wide(index))
  }
  z.tape?.record {
    guard let dz = z.takeGradient() else { return }
    let slope = dz.base
    logVariance.addGradient { dv, accumulate in
      Elementwise.fill(dv, accumulate: accumulate) { index in
        slope.wide(index) * (z.storage.base.wide(index) - mean.storage.base.wide(index)) * 0.5
      }
    }
    mean.addGradient(sharing: dz)
  }
  return z
}
