/// The mean squared error of a reconstruction with its perturbation added back, clamped to the range of pictures:
///
///     e = Σ (clamp(x̂ + p̂, 0, 1) − t)²/count
///
/// Shapes: three tensors of one shape, the records first; the result is a scalar. The target is a constant. Saves x̂, p̂ and t.
/// Backward: dx̂ = dp̂ = 2·(clamp(x̂ + p̂, 0, 1) − t)·de/count where 0 ≤ x̂ + p̂ ≤ 1, else 0.
package func clampedResidualError(reconstruction: Tensor, perturbation: Tensor, target: Tensor) -> Tensor {
  precondition(
    reconstruction.shape == perturbation.shape && reconstruction.shape == target.shape,
    "residual error of \(reconstruction.shape), \(perturbation.shape) and \(target.shape)")
  let (picture, addend, goal) = (reconstruction.storage.base, perturbation.storage.base, target.storage.base)
  let batch = BatchSums(target.shape, reconstruction.tape ?? perturbation.tape)
  let sum = batch.sum(count: target.count) { index in
    let difference = clampedToUnit(picture.wide(index) + addend.wide(index)) - goal.wide(index)
    return difference * difference
  }
  let count = batch.total(target.count)
  let error = Tensor(
    shape: [], storage: Storage([Float(sum / Double(count))]), tape: reconstruction.tape ?? perturbation.tape)
  error.tape?.record {
    guard let slope = error.takeGradient() else { return }
    let factor = 2 * slope.base[0] / Float(count)
    let gradient = Storage(count: target.count)
    Elementwise.fill(gradient) { index in
      let sum = reconstruction.storage.base.wide(index) + perturbation.storage.base.wide(index)
      let inside = ((sum - target.storage.base.wide(index)) * factor)
      return inside.replacing(with: 0, where: (sum .< 0) .| (sum .> 1))
    }
    reconstruction.addGradient(sharing: gradient)
    perturbation.addGradient(sharing: gradient)
  }
  return error
}

/// A NaN stays a NaN.
private func clampedToUnit(_ values: WideVector) -> WideVector {
  values.replacing(with: 0, where: values .< 0).replacing(with: 1, where: values .> 1)
}
