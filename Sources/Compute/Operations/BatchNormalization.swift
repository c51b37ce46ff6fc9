/// Batch normalisation of x [N, H, W, C] or [N, C], with an optional residual of x's shape and an optional rectifier:
///
///     y = min(ceiling, max(0, (x − mean)·γ/√(variance + ε) + β + residual))
///
/// The ceiling is 6 of the rectifier ReLU6, and else infinite; with a residual it must be. γ, β and the statistics have
/// one number a channel. While training, mean and (biased) variance are those of the batch (of all its holders), and
/// the running ones move towards them by `momentum` (the variance towards the unbiased one); otherwise the running ones
/// are used and left alone. Saves x, four numbers a channel and, with a residual, y.
///
/// Backward, with g = dy where y > 0 (else 0), x̂ the normalised x and M pixels: dβ = Σ g and dγ = Σ g·x̂ over the
/// pixels held here, dresidual = g, dx = γ/√(variance + ε)·(g − Σ g/M − x̂·Σ g·x̂/M) with all holders' sums while
/// training, and γ/√(variance + ε)·g otherwise.
package func batchNormalization(
  _ x: Tensor, weight: Parameter, bias: Parameter, running: (mean: Parameter, variance: Parameter), training: Bool,
  momentum: Double = 0.1, epsilon: Double = 1e-5, adding residual: Tensor? = nil, rectified: Bool = false,
  ceiling: Float = .infinity
) -> Tensor {
  let channels = weight.count
  precondition(residual == nil || ceiling == .infinity, "batch normalisation with a residual and a ceiling")
  precondition(
    channels > 0 && x.count > 0 && x.shape.last == channels && residual.map { $0.shape == x.shape } ?? true,
    "batch normalisation of \(x.shape), \(channels) channels, residual \(residual?.shape ?? [])")
  let batch = BatchSums(x.shape, x.tape ?? residual?.tape)
  let plan = NormalizationPlan(
    parts: batch.parts.ranges(length: x.count / channels / x.shape[0]), channels: channels, concurrent: true)
  let statistics =
    training
    ? BatchStatistics(of: x.storage.base, plan, batch) : BatchStatistics(running: running)
  if training { statistics.move(running, by: momentum, batch) }
  let saved = SavedNormalization(
    plan: plan, batch, statistics, epsilon: epsilon, weight: weight, bias: bias, rectified: rectified, ceiling: ceiling)
  let y = Tensor(shape: x.shape, tape: x.tape ?? residual?.tape)
  Profile.span("BatchNormalization", .arrays(residual == nil ? 2 : 3, of: x.count)) {
    plan.normalize(
      x.storage.base, saved.map(), residual: residual.map { UnsafePointer($0.storage.base) }, y: y.storage.base)
  }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    saved.differentiate(
      &dy, y: y.storage, x: x, residual: residual, training: training,
      parameters: y.tape?.differentiatesParameters == true ? (weight, bias) : nil)
  }
  return y
}

/// Mean and biased variance of every channel over the pixels of a batch, or the running ones in their place.
struct BatchStatistics {
  var mean: [Double]
  var variance: [Double]
  /// Pixels of all holders; 0 for running statistics.
  private var count = 0

  /// Those of no channels.
  init() { (mean, variance) = ([], []) }

  /// Those of a batch, of all its holders.
  init(of x: UnsafePointer<Float>, _ plan: NormalizationPlan, _ batch: BatchSums) {
    let moments = Profile.span("BatchNormalization statistics", .arrays(1, of: plan.rows * plan.channels)) {
      SumTree.sum(plan.moments(x))
    }
    count = batch.total(plan.rows)
    (mean, variance) = meanAndVariance(batch.communicator.sum(moments), count: Double(count))
  }

  /// The running ones.
  init(running: (mean: Parameter, variance: Parameter)) {
    (mean, variance) = (running.mean.values.map(Double.init), running.variance.values.map(Double.init))
  }

  /// These, and those of further channels of the same pixels.
  func followed(by further: BatchStatistics) -> BatchStatistics {
    var all = self
    all.mean += further.mean
    all.variance += further.variance
    return all
  }

  /// The running ones move towards these, the variance towards the unbiased one.
  func move(_ running: (mean: Parameter, variance: Parameter), by momentum: Double = 0.1, _ batch: BatchSums) {
    guard batch.communicator.movesStatistics else { return }
    running.mean.move(towards: mean, by: momentum)
    let unbiased = Double(count) / Double(max(1, count - 1))
    running.variance.move(towards: variance.map { $0 * unbiased }, by: momentum)
  }
}

/// What a batch normalisation keeps for its backward pass.
struct SavedNormalization {
  let plan: NormalizationPlan
  private let batch: BatchSums
  private let mean: Storage
  private let inverse: Storage
  private let scale: Storage
  private let shift: Storage
  private let rectified: Bool
  private let ceiling: Float

  init(
    plan: NormalizationPlan, _ batch: BatchSums, _ statistics: BatchStatistics, epsilon: Double = 1e-5,
    weight: Parameter, bias: Parameter, rectified: Bool, ceiling: Float = .infinity
  ) {
    let inverse = statistics.variance.map { Float(1 / ($0 + epsilon).squareRoot()) }
    (self.plan, self.batch, self.rectified, self.ceiling) = (plan, batch, rectified, ceiling)
    mean = Storage(statistics.mean.map { Float($0) })
    self.inverse = Storage(inverse)
    scale = Storage(zip(weight.values, inverse).map { $0 * $1 })
    shift = Storage(bias.values)
  }

  /// The map x → y without a residual; with one the rectifier comes after it, and its mask is another.
  func map(masked: Bool = false) -> NormalizationKernel.Map {
    .init(
      mean: mean.base, scale: scale.base, shift: shift.base, rectified: rectified && !masked, ceiling: ceiling)
  }

  func differentiate(
    _ dy: inout Storage, y: Storage, x: Tensor, residual: Tensor?, training: Bool,
    parameters: (weight: Parameter, bias: Parameter)?
  ) {
    // The rectifier's mask follows from x alone unless a residual was added; then it is y's sign, applied once for all.
    let masks = rectified && residual != nil
    let map = map(masked: masks)
    // The mask is applied in place unless someone else holds the gradient too.
    if masks, !isKnownUniquelyReferenced(&dy) { dy = Elementwise.copy(dy) }
    let means = means(
      dy, x: x.storage.base, map, mask: masks ? .init(y: y.base, g: dy.base) : nil, training: training,
      parameters: parameters)
    residual?.addGradient(sharing: dy)
    let slope = UnsafePointer(dy.base)
    x.addGradient(over: &dy) { dx, accumulate in
      gradient(slope, x: x.storage.base, map, means, dx: dx.base, accumulate: accumulate)
    }
  }

  /// Adds Σ g to dβ and Σ g·x̂ to dγ.
  ///
  /// - Returns: Σ g/M and Σ g·x̂/M·inverse over all holders' pixels while training; zeros otherwise.
  func means(
    _ dy: Storage, x: UnsafePointer<Float>, _ map: NormalizationKernel.Map, mask: NormalizationKernel.Mask? = nil,
    training: Bool, parameters: (weight: Parameter, bias: Parameter)?
  ) -> (g: Storage, gx: Storage) {
    guard training || mask != nil || parameters != nil else { return zeros }
    let sums = Profile.span("BatchNormalization sums", .arrays(mask == nil ? 2 : 4, of: plan.rows * plan.channels)) {
      plan.gradientSums(dy.base, x: x, map, inverse: inverse.base, mask: mask)
    }
    if let parameters {
      // The parts' sums meet as floats, which is how those of several holders do.
      let share = SumTree.sum(sums.map { $0.map { Float($0) } })
      parameters.weight.addGradient(of: batch.sharers, share.suffix(plan.channels))
      parameters.bias.addGradient(of: batch.sharers, share.prefix(plan.channels))
    }
    guard training else { return zeros }
    let count = Double(batch.total(plan.rows))
    let means = batch.communicator.sum(SumTree.sum(sums)).map { Float($0 / count) }
    return (
      Storage(Array(means.prefix(plan.channels))),
      Storage(zip(means.suffix(plan.channels), inverse.array).map { $0 * $1 })
    )
  }

  private var zeros: (g: Storage, gx: Storage) {
    (Storage.zeros(count: plan.channels), Storage.zeros(count: plan.channels))
  }

  /// dx ← the gradient of x (+ dx where `accumulate`).
  func gradient(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, _ map: NormalizationKernel.Map,
    _ means: (g: Storage, gx: Storage), dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    Profile.span("BatchNormalization", .arrays(accumulate ? 4 : 3, of: plan.rows * plan.channels)) {
      plan.gradient(
        dy, x: x, map, meanG: means.g.base, meanGX: means.gx.base, dx: dx, accumulate: accumulate)
    }
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
