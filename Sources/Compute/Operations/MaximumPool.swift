/// The largest of every 3×3 window, two pixels apart, over pictures with one pixel of −∞ around them:
///
///     y[n, i, j, c] = max over p, q in 0..<3 of x[n, 2i + p − 1, 2j + q − 1, c]
///
/// x [N, H, W, C] → y [N, (H + 1)/2, (W + 1)/2, C] rounded down; a NaN in the window wins. Saves x and y.
/// Backward: dy goes to the first pixel of the window, in rows, that equals the maximum.
package func maximumPool(_ x: Tensor) -> Tensor {
  precondition(x.shape.count == 4, "maximum pool of \(x.shape)")
  let window = WindowShape(x.shape, stride: 2)
  let y = Tensor(shape: window.outputShape, tape: x.tape)
  MaximumPoolKernel.forward(x.storage, window, y: y.storage)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    x.addGradient { dx, accumulate in
      MaximumPoolKernel.backward(dy, x: x.storage, y: y.storage, window, dx: dx, accumulate: accumulate)
    }
  }
  return y
}
