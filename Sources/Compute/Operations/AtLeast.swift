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
