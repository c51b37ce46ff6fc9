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
