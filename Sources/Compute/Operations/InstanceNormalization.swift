/// Instance normalisation of x [N, H, W, C], with an optional rectifier:
///
///     y = max(0, (x − mean)/√(variance + ε)),  ε = 1e-5
///
/// Mean and (biased) variance are those of each picture's channel; there is nothing to learn, and training and
/// evaluation are alike. Saves x and two numbers a channel of each picture.
///
/// Backward, with g = dy where y > 0 (else 0), x̂ the normalised x and M pixels:
/// dx = (g − Σ g/M − x̂·Σ g·x̂/M)/√(variance + ε).
package func instanceNormalization(_ x: Tensor, rectified: Bool = false) -> Tensor {
  precondition(x.shape.count == 4 && x.count > 0, "instance normalisation of \(x.shape)")
  let kernel = InstanceNormalizationKernel(
    pictures: x.shape[0], pixels: x.shape[1] * x.shape[2], channels: x.shape[3], rectified: rectified)
  let y = Tensor(shape: x.shape, tape: x.tape)
  let statistics = Profile.span("InstanceNormalization", .arrays(2, of: x.count)) {
    kernel.forward(x.storage, y: y.storage)
  }
  y.tape?.record {
    guard var dy = y.takeGradient() else { return }
    let slope = UnsafePointer(dy.base)
    x.addGradient(over: &dy) { dx, accumulate in
      Profile.span("InstanceNormalization", .arrays(accumulate ? 4 : 3, of: x.count)) {
        kernel.backward(slope, x: x.storage, statistics: statistics, dx: dx, accumulate: accumulate)
      }
    }
  }
  return y
}
