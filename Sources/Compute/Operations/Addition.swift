/// The sum of two tensors of one shape, z = x + y. Saves nothing.
/// Backward: dx = dz and dy = dz, sharing its storage.
package func add(_ x: Tensor, _ y: Tensor) -> Tensor {
  precondition(x.shape == y.shape, "add of \(x.shape) and \(y.shape)")
  let z = Tensor(shape: x.shape, tape: x.tape ?? y.tape)
  let (left, right) = (x.storage.base, y.storage.base)
  Elementwise.fill(z.storage) { left.wide($0) + right.wide($0) }
  z.tape?.record {
    guard let dz = z.takeGradient() else { return }
    x.addGradient(sharing: dz)
    y.addGradient(sharing: dz)
  }
  return z
}

/// A tensor times a constant, y = factor·x. Saves nothing.
/// Backward: dx = factor·dy.
package func scaled(_ x: Tensor, by factor: Float) -> Tensor {
  let y = Tensor(shape: x.shape, tape: x.tape)
  let source = x.storage.base
  Elementwise.fill(y.storage) { source.wide($0) * factor }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    let slope = dy.base
    x.addGradient(over: &dy) { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { slope.wide($0) * factor }
    }
  }
  return y
}
