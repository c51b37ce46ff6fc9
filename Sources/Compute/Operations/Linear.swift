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
  let y = Tensor(shape: [x.shape[0], outputs], tape: x.tape)
  let w = MatrixMultiply.Matrix(weight.value.base, rows: outputs, columns: inputs)
  LinearKernel.forward(
    matrix(x.storage, columns: inputs), w, bias: bias.value.base, y: matrix(y.storage, columns: outputs))
  y.tape?.record {
    guard let dy = y.takeGradient() else { return }
    if y.tape?.differentiatesParameters == true {
      weight.addGradient { dw, accumulate in
        LinearKernel.product(
          matrix(dy, columns: outputs), transposed: true, matrix(x.storage, columns: inputs),
          into: matrix(dw, columns: inputs),
          accumulate: accumulate)
      }
      bias.addGradient { ChannelSum.run(dy, channels: outputs, sum: $0, accumulate: $1) }
    }
    x.addGradient {
      LinearKernel.product(matrix(dy, columns: outputs), w, into: matrix($0, columns: inputs), accumulate: $1)
    }
  }
  return y
}

private func matrix(_ storage: Storage, columns: Int) -> MatrixMultiply.Matrix {
  MatrixMultiply.Matrix(storage.base, rows: storage.count / max(1, columns), columns: columns)
}
