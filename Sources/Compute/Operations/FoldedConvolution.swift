import Threads

/// A convolution with the batch normalisation behind it folded into its weights, with an optional residual of y's shape
/// and an optional rectifier. For inference: nothing is recorded.
///
///     y = min(ceiling, max(0, x ⋆ (w·s) + (b − mean)·s + β + residual)),  s = γ/√(variance + ε)
///
/// Shapes are as in `convolution`; b, γ, β and the running statistics have one number an output channel.
package func foldedConvolution(
  _ x: Tensor, weight: Parameter, bias: Parameter?, stride: Int, padding: Int, normalization: FoldedNormalization,
  adding residual: Tensor? = nil, rectified: Bool = false, ceiling: Float = .infinity
) -> Tensor {
  let shape = ConvolutionShape(x, weight: weight, stride: stride, padding: padding)
  let y = Tensor(shape: shape.output)
  precondition(
    normalization.scale.count == shape.outputChannels && residual.map { $0.shape == y.shape } ?? true,
    "\(normalization.scale.count) channels and a residual \(residual?.shape ?? []) behind a result \(y.shape)")
  let biases = bias?.values ?? [Float](repeating: 0, count: shape.outputChannels)
  let shifts = biases.indices.map { Float(Double(biases[$0]) * normalization.scale[$0] + normalization.shift[$0]) }
  ConvolutionAlgorithm(shape).forward(
    x: x.storage, weight: weight.scaled(by: normalization.scale), y: y.storage,
    Epilogue(bias: Storage(shifts), addend: residual?.storage, rectified: rectified, ceiling: ceiling))
  return y
}

/// The same of a depthwise convolution, without bias and residual.
package func foldedDepthwiseConvolution(
  _ x: Tensor, weight: Parameter, stride: Int, normalization: FoldedNormalization, rectified: Bool,
  ceiling: Float = .infinity
) -> Tensor {
  precondition(
    x.shape.count == 4 && weight.shape == [x.shape[3], 1, 3, 3] && normalization.scale.count == x.shape[3],
    "depthwise convolution of \(x.shape) by \(weight.shape), \(normalization.scale.count) channels behind it")
  let kernel = DepthwiseKernel(window: WindowShape(x.shape, stride: stride))
  let y = Tensor(shape: kernel.window.outputShape)
  kernel.forward(
    x.storage, weight: weight.scaled(by: normalization.scale), y: y.storage,
    Epilogue(bias: Storage(normalization.shift.map { Float($0) }), rectified: rectified, ceiling: ceiling))
  return y
}

/// A batch normalisation by its running statistics as one scale and one shift a channel, x·s + (β − mean·s).
package struct FoldedNormalization {
  let scale: [Double]
  let shift: [Double]

  package init(
    weight: Parameter, bias: Parameter, running: (mean: Parameter, variance: Parameter), epsilon: Double = 1e-5
  ) {
    scale = zip(weight.values, running.variance.values).map { Double($0) / (Double($1) + epsilon).squareRoot() }
    shift = zip(scale, zip(bias.values, running.mean.values)).map { Double($1.0) - Double($1.1) * $0 }
  }
}

extension Parameter {
  /// The weights with all that belongs to output channel i, the first dimension, times `factors[i]`.
  fileprivate func scaled(by factors: [Double]) -> Storage {
    let result = Storage(count: count)
    let (source, target, length) = (value.base, result.base, count / factors.count)
    Parallel.forEachPiece(factors.count) { output in
      let factor = Float(factors[output])
      for index in output * length..<(output + 1) * length { target[index] = source[index] * factor }
    }
    return result
  }
}
