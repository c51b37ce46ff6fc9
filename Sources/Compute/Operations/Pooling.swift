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

/// The mean of every 2×2 window, two pixels apart; a last row or column without a partner is left out:
///
///     y[n, i, j, c] = ¼·Σ over p, q in 0..<2 of x[n, 2i + p, 2j + q, c]
///
/// x [N, H, W, C] of two rows and columns at least → y [N, H/2, W/2, C] rounded down. Saves nothing.
/// Backward: dx[n, i, j, c] = ¼·dy[n, i/2, j/2, c], and 0 for what was left out.
package func averagePool(_ x: Tensor) -> Tensor {
  precondition(x.shape.count == 4 && x.shape[1] > 1 && x.shape[2] > 1, "average pool of \(x.shape)")
  let kernel = AveragePoolKernel(batch: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3])
  let y = Tensor(shape: kernel.outputShape, tape: x.tape)
  kernel.forward(x.storage, y: y.storage)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    x.addGradient { kernel.backward(dy, dx: $0, accumulate: $1) }
  }
  return y
}

/// The mean over all pixels: x [N, H, W, C] → y [N, C]. Saves nothing.
/// Backward: dx[n, i, j, c] = dy[n, c]/(H·W).
package func globalAveragePool(_ x: Tensor) -> Tensor {
  precondition(x.shape.count == 4, "global average pool of \(x.shape)")
  let (batch, pixels, channels) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
  let y = Tensor(shape: [batch, channels], tape: x.tape)
  GlobalAverageKernel.forward(x.storage, pixels: pixels, channels: channels, y: y.storage)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    x.addGradient { dx, accumulate in
      GlobalAverageKernel.backward(dy, pixels: pixels, channels: channels, dx: dx, accumulate: accumulate)
    }
  }
  return y
}
