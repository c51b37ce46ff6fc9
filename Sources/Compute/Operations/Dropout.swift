import Random

/// Dropout (Srivastava et al., 2014): each number is 0 with the probability of the rate, and else so much larger that
/// the mean stays the same:
///
///     y[n, i] = x[n, i]·k[n, i]/(1 − rate),  k in {0, 1}
///
/// Tensors of one shape, the records first. Saves k. Backward: dx = dy·k/(1 − rate).
///
/// - Parameters:
///   - rate: 0 to below 1.
///   - seed: of the numbers k, which follow from it, the step and the record's id alone.
///   - ids: of the records.
package func dropout(_ x: Tensor, rate: Float, seed: UInt64, ids: [Int], step: Int) -> Tensor {
  precondition((0..<1).contains(rate) && x.shape.first == ids.count, "dropout of \(x.shape) at a rate of \(rate)")
  let length = x.count / max(1, ids.count)
  let kept = 1 / (1 - rate)
  let factors = ids.flatMap { id in
    var random = RandomStream(seed: seed, purpose: "dropout", record: id, step: step)
    return random.uniform(0, 1, count: length).map { $0 < rate ? 0 : kept }
  }
  let (y, scale) = (Tensor(shape: x.shape, tape: x.tape), Storage(factors))
  let source = x.storage.base
  Elementwise.fill(y.storage) { source.wide($0) * scale.base.wide($0) }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    let slope = dy.base
    x.addGradient(over: &dy) { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { slope.wide($0) * scale.base.wide($0) }
    }
  }
  return y
}
