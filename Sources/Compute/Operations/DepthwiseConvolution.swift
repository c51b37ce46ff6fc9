/// Convolution of every channel with its own 3×3 filter, padding 1:
///
///     y[n, i, j, c] = Σ over p, q in 0..<3 of x[n, i·stride + p − 1, j·stride + q − 1, c]·w[c, 0, p, q]
///
/// x [N, H, W, C], w [C, 1, 3, 3] → y [N, (H − 1)/stride + 1, (W − 1)/stride + 1, C] rounded down. Saves x.
/// Backward: dx is the adjoint applied to dy; dw[c, 0, p, q] = Σ x·dy over pictures and pixels.
package func depthwiseConvolution(_ x: Tensor, weight: Parameter, stride: Int = 1) -> Tensor {
  precondition(
    x.shape.count == 4 && weight.shape == [x.shape[3], 1, 3, 3] && stride > 0,
    "depthwise convolution of \(x.shape) by \(weight.shape), stride \(stride)")
  let batch = BatchSums(x.shape, x.tape)
  let kernel = DepthwiseKernel(window: WindowShape(x.shape, stride: stride))
  let y = Tensor(shape: kernel.window.outputShape, tape: x.tape)
  kernel.forward(x.storage, weight: weight.value, y: y.storage)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    if y.tape?.differentiatesParameters == true {
      weight.addGradient(of: batch.sharers) {
        kernel.weightGradient(dy, x: x.storage, batch.parts, dw: $0, accumulate: $1)
      }
    }
    x.addGradient { kernel.adjoint(dy, weight: weight.value, dx: $0, accumulate: $1) }
  }
  return y
}
