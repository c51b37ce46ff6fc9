/// Transposed convolution of pictures [N, H, W, in] with w [in, out, k, k] and an optional bias [out]: the adjoint of the
/// convolution that w describes from out to in channels,
///
///     y[n, i·stride + p − padding, j·stride + q − padding, o] += x[n, i, j, c] · w[c, o, p, q],   y += b,
///
/// y is [N, (H − 1)·stride − 2·padding + k, …, out]. Saves x.
/// Backward: dx is that convolution of dy; dw its weight gradient with dy as the picture; db = Σ dy.
package func transposedConvolution(
  _ x: Tensor, weight: Parameter, bias: Parameter? = nil, stride: Int = 1, padding: Int = 0
) -> Tensor {
  precondition(
    x.shape.count == 4 && weight.shape.count == 4 && weight.shape[0] == x.shape[3]
      && weight.shape[2] == weight.shape[3],
    "transposed convolution of \(x.shape) by \(weight.shape)")
  let kernel = weight.shape[2]
  let shape = ConvolutionShape(
    batch: x.shape[0], height: (x.shape[1] - 1) * stride - 2 * padding + kernel,
    width: (x.shape[2] - 1) * stride - 2 * padding + kernel, inputChannels: weight.shape[1],
    outputChannels: weight.shape[0], kernel: kernel, stride: stride, padding: padding)
  let y = Tensor(shape: [shape.batch, shape.height, shape.width, shape.inputChannels], tape: x.tape)
  let algorithm = ConvolutionAlgorithm(shape)
  let batch = BatchSums(x.shape, x.tape)
  algorithm.adjoint(dy: x.storage, weight: weight.value, bias: bias?.value, dx: y.storage, accumulate: false)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    if y.tape?.differentiatesParameters == true {
      weight.addGradient(of: batch.sharers) {
        algorithm.weightGradient(batch.parts, x: dy, dy: x.storage, dw: $0, accumulate: $1)
      }
      bias?.addGradient(of: batch.sharers) {
        ChannelSum.run(dy, channels: shape.inputChannels, batch.parts, sum: $0, accumulate: $1)
      }
    }
    x.addGradient {
      algorithm.forward(x: dy, weight: weight.value, y: $0, .adding(nil, to: $0, accumulate: $1))
    }
  }
  return y
}
