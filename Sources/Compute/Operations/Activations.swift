/// The rectifier, y = max(x, 0), of any shape. A NaN stays a NaN. Saves y.
/// Backward: dx = dy where y > 0, else 0.
package func relu(_ x: Tensor) -> Tensor {
  let y = Tensor(shape: x.shape, tape: x.tape)
  let (source, result) = (x.storage.base, y.storage.base)
  Elementwise.fill(y.storage) { index in
    let values = source.wide(index)
    return values.replacing(with: 0, where: values .< 0)
  }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    let slope = dy.base
    x.addGradient(over: &dy) { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { index in
        slope.wide(index).replacing(with: 0, where: result.wide(index) .<= 0)
      }
    }
  }
  return y
}

/// The logistic function, y = 1/(1 + e⁻ˣ), of any shape. Saves y.
/// Backward: dx = dy·y·(1 − y).
package func sigmoid(_ x: Tensor) -> Tensor {
  let y = Tensor(shape: x.shape, tape: x.tape)
  let (source, result) = (x.storage.base, y.storage.base)
  Elementwise.fill(y.storage) { VectorMath.sigmoid(source.wide($0)) }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    let slope = dy.base
    x.addGradient(over: &dy) { dx, accumulate in
      Elementwise.fill(dx, accumulate: accumulate) { index in
        let values = result.wide(index)
        return slope.wide(index) * values * (1 - values)
      }
    }
  }
  return y
}
