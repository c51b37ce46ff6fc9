/// The linear map of vectors x [N, in] by w [out, in] with a bias b [out]:
///
///     y[n, o] = b[o] + Σᵢ x[n, i]·w[o, i]
///
/// Saves x. Backward: dx = dy·w, dw = dyᵀ·x, db = Σₙ dy.
package func linear(_ x: Tensor, weight: Parameter, bias: Parameter) -> Tensor {
  precondition(
    x.shape.count == 2 && weight.shape.count == 2 && weight.shape[1] == x.shape[1] && bias.count == weight.shape[0],
    "linear map of \(x.shape) by \(weight.shape) with a bias of \(bias.count)")
  let (outputs, inputs) = (weight.shape[0], weight.shape[1])
  let kernel = LinearKernel(inputs: inputs, outputs: outputs)
  let batch = BatchSums(x.shape, x.tape)
  let y = Tensor(shape: [x.shape[0], outputs], tape: x.tape)
  kernel.forward(x.storage, weight: weight.value, bias: bias.value, y: y.storage)
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    if y.tape?.differentiatesParameters == true {
      weight.addGradient(of: batch.sharers) {
        kernel.weightGradient(dy, x: x.storage, batch.parts, dw: $0, accumulate: $1)
      }
      bias.addGradient(of: batch.sharers) {
        ChannelSum.run(dy, channels: outputs, batch.parts, sum: $0, accumulate: $1)
      }
    }
    x.addGradient { kernel.inputGradient(dy, weight: weight.value, dx: $0, accumulate: $1) }
  }
  return y
}
