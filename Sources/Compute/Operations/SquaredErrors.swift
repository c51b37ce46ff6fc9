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

/// A scalar held up by a floor, y = max(x, floor); a NaN stays a NaN. Saves x.
/// Backward: dx = dy where x ≥ floor, else 0: below the floor the term is a constant.
package func atLeast(_ x: Tensor, _ floor: Float) -> Tensor {
  let value = x.scalar
  let y = Tensor(shape: x.shape, storage: Storage([value < floor ? floor : value]), tape: x.tape)
  y.tape?.record {
    guard let dy = y.takeGradient(), !(value < floor) else { return }
    x.addGradient(sharing: dy)
  }
  return y
}
