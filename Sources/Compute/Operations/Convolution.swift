/// Convolution of pictures [N, H, W, in] with w [out, in, k, k] and an optional bias [out]:
///
///     y[n, i, j, o] = b[o] + Σ_(p, q, c) x[n, i·stride + p − padding, j·stride + q − padding, c] · w[o, c, p, q]
///
/// with zeros outside the picture; y is [N, (H + 2·padding − k)/stride + 1, …, out]. Saves x.
/// Backward: dx is the adjoint applied to dy; dw[o, c, p, q] = Σ x·dy over pictures and pixels; db = Σ dy.
package func convolution(
  _ x: Tensor, weight: Parameter, bias: Parameter? = nil, stride: Int = 1, padding: Int = 0
) -> Tensor {
  let shape = ConvolutionShape(x, weight: weight, stride: stride, padding: padding)
  let y = Tensor(shape: shape.output, tape: x.tape)
  let algorithm = ConvolutionAlgorithm(shape)
  let batch = BatchSums(x.shape, x.tape)
  algorithm.forward(x: x.storage, weight: weight.value, y: y.storage, Epilogue(bias: bias?.value))
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    if y.tape?.differentiatesParameters == true {
      weight.addGradient(of: batch.sharers) {
        algorithm.weightGradient(batch.parts, x: x.storage, dy: dy, dw: $0, accumulate: $1)
      }
      bias?.addGradient(of: batch.sharers) {
        ChannelSum.run(dy, channels: shape.outputChannels, batch.parts, sum: $0, accumulate: $1)
      }
    }
    x.addGradient { algorithm.adjoint(dy: dy, weight: weight.value, bias: nil, dx: $0, accumulate: $1) }
  }
  return y
}

extension ConvolutionShape {
  /// The shape of a convolution of pictures [N, H, W, in] by weights [out, in, k, k].
  init(_ x: Tensor, weight: Parameter, stride: Int, padding: Int) {
    precondition(
      x.shape.count == 4 && weight.shape.count == 4 && weight.shape[1] == x.shape[3]
        && weight.shape[2] == weight.shape[3], "convolution of \(x.shape) by \(weight.shape)")
    self.init(
      batch: x.shape[0], height: x.shape[1], width: x.shape[2], inputChannels: x.shape[3],
      outputChannels: weight.shape[0], kernel: weight.shape[2], stride: stride, padding: padding)
  }

  /// The result's shape, [N, H', W', out].
  var output: [Int] { [batch, outputHeight, outputWidth, outputChannels] }
}
