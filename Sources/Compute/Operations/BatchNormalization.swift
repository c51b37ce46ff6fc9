/// Batch normalisation of x [N, H, W, C] or [N, C], with an optional residual of x's shape and an optional rectifier:
///
///     y = max(0, (x − mean)·γ/√(variance + ε) + β + residual)
///
/// γ, β and the statistics have one number a channel. While training, mean and (biased) variance are those of the batch
/// (of all its holders), and the running ones move towards them by `momentum` (the variance towards the unbiased one);
/// otherwise the running ones are used and left alone. Saves x, four numbers a channel and, with a residual, y.
///
/// Backward, with g = dy where y > 0 (else 0), x̂ the normalised x and M pixels: dβ = Σ g and dγ = Σ g·x̂ over the pixels
/// held here, dresidual = g, dx = γ/√(variance + ε)·(g − Σ g/M − x̂·Σ g·x̂/M) with all holders' sums while training, and
/// γ/√(variance + ε)·g otherwise.
package func batchNormalization(
  _ x: Tensor, weight: Parameter, bias: Parameter, running: (mean: Parameter, variance: Parameter), training: Bool,
  momentum: Double = 0.1, epsilon: Double = 1e-5, adding residual: Tensor? = nil, rectified: Bool = false
) -> Tensor {
  let channels = weight.count
  precondition(
    channels > 0 && x.count > 0 && x.shape.last == channels && residual.map { $0.shape == x.shape } ?? true,
    "batch normalisation of \(x.shape), \(channels) channels, residual \(residual?.shape ?? [])")
  let batch = BatchSums(x.shape, x.tape ?? residual?.tape)
  let plan = NormalizationPlan(
    parts: batch.parts.ranges(length: x.count / channels / x.shape[0]), channels: channels, concurrent: true)
  let statistics: (mean: [Double], variance: [Double])
  if training {
    let moments = Profile.span("BatchNormalization statistics", .arrays(1, of: x.count)) {
      SumTree.sum(plan.moments(x.storage.base))
    }
    let count = batch.total(plan.rows)
    statistics = meanAndVariance(batch.communicator.sum(moments), count: Double(count))
    if batch.communicator.movesStatistics {
      running.mean.move(towards: statistics.mean, by: momentum)
      let unbiased = Double(count) / Double(max(1, count - 1))
      running.variance.move(towards: statistics.variance.map { $0 * unbiased }, by: momentum)
    }
  } else {
    statistics = (running.mean.values.map(Double.init), running.variance.values.map(Double.init))
  }
  let saved = SavedNormalization(
    plan: plan, batch, statistics.mean, statistics.variance, epsilon: epsilon, weight: weight.values, bias: bias.values)
  let y = Tensor(shape: x.shape, tape: x.tape ?? residual?.tape)
  Profile.span("BatchNormalization", .arrays(residual == nil ? 2 : 3, of: x.count)) {
    plan.normalize(
      x.storage.base, saved.map(rectified: rectified), residual: residual.map { UnsafePointer($0.storage.base) },
      y: y.storage.base)
  }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    saved.differentiate(
      &dy, y: y.storage, x: x, residual: residual, rectified: rectified, training: training,
      parameters: y.tape?.differentiatesParameters == true ? (weight, bias) : nil)
  }
  return y
}

/// What a batch normalisation keeps for its backward pass.
private struct SavedNormalization {
  let plan: NormalizationPlan
  let batch: BatchSums
  let mean: Storage
  let inverse: Storage
  let scale: Storage
  let shift: Storage

  init(
    plan: NormalizationPlan, _ batch: BatchSums, _ mean: [Double], _ variance: [Double], epsilon: Double,
    weight: [Float], bias: [Float]
  ) {
    let inverse = variance.map { Float(1 / ($0 + epsilon).squareRoot()) }
    (self.plan, self.batch) = (plan, batch)
    self.mean = Storage(mean.map { Float($0) })
    self.inverse = Storage(inverse)
    scale = Storage(zip(weight, inverse).map { $0 * $1 })
    shift = Storage(bias)
  }

  func map(rectified: Bool) -> NormalizationKernel.Map {
    .init(mean: mean.base, scale: scale.base, shift: shift.base, rectified: rectified)
  }

  func differentiate(
    _ dy: inout Storage, y: Storage, x: Tensor, residual: Tensor?, rectified: Bool, training: Bool,
    parameters: (weight: Parameter, bias: Parameter)?
  ) {
    // The rectifier's mask follows from x alone unless a residual was added; then it is y's sign, applied once for all.
    let masks = rectified && residual != nil
    let map = map(rectified: rectified && !masks)
    var means = (g: Storage.zeros(count: plan.channels), gx: Storage.zeros(count: plan.channels))
    if training || masks || parameters != nil {
      // The mask is applied in place unless someone else holds the gradient too.
      if masks, !isKnownUniquelyReferenced(&dy) { dy = Elementwise.copy(dy) }
      let sums = Profile.span("BatchNormalization sums", .arrays(masks ? 4 : 2, of: x.count)) {
        plan.gradientSums(
          dy.base, x: x.storage.base, map, inverse: inverse.base,
          mask: masks ? .init(y: y.base, g: dy.base) : nil)
      }
      if let parameters {
        // The parts' sums meet as floats, which is how those of several holders do.
        let share = SumTree.sum(sums.map { $0.map { Float($0) } })
        parameters.weight.addGradient(of: batch.sharers, share.suffix(plan.channels))
        parameters.bias.addGradient(of: batch.sharers, share.prefix(plan.channels))
      }
      if training { means = self.means(batch.communicator.sum(SumTree.sum(sums))) }
    }
    residual?.addGradient(sharing: dy)
    let slope = UnsafePointer(dy.base)
    x.addGradient(over: &dy) { dx, accumulate in
      Profile.span("BatchNormalization", .arrays(accumulate ? 4 : 3, of: x.count)) {
        plan.gradient(
          slope, x: x.storage.base, map, meanG: means.g.base, meanGX: means.gx.base, dx: dx.base,
          accumulate: accumulate)
      }
    }
  }

  /// Σ g/M and Σ g·x̂/M·inverse from all holders' sums.
  private func means(_ sums: [Double]) -> (g: Storage, gx: Storage) {
    let count = Double(batch.total(plan.rows))
    let means = sums.map { Float($0 / count) }
    return (
      Storage(Array(means.prefix(plan.channels))),
      Storage(zip(means.suffix(plan.channels), inverse.array).map { $0 * $1 })
    )
  }
}

extension Parameter {
  /// value ← value + fraction·(goal − value).
  fileprivate func move(towards goal: [Double], by fraction: Double) {
    values = zip(values, goal).map { Float(Double($0) + fraction * ($1 - Double($0))) }
  }

  /// Adds a gradient that is there already.
  fileprivate func addGradient(of sharers: Int, _ share: ArraySlice<Float>) {
    addGradient(of: sharers) { destination, accumulate in
      let target = destination.base
      for (index, value) in share.enumerated() { target[index] = (accumulate ? target[index] : 0) + value }
    }
  }
}
