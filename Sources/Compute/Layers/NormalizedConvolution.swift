extension BatchNormalization {
  /// A convolution of pictures [N, H, W, in] with this normalisation behind it, then the residual, of the result's shape,
  /// and the rectifier where asked to.
  ///
  /// In inference, that is neither training nor recorded on a tape, all of it is one operation.
  package func after(
    _ convolution: Convolution, _ x: Tensor, training: Bool, adding residual: Tensor? = nil, rectified: Bool = false
  ) -> Tensor {
    guard !training, x.tape == nil, residual?.tape == nil else {
      return self(convolution(x), training: training, adding: residual, rectified: rectified)
    }
    return foldedConvolution(
      x, weight: convolution.weight, bias: convolution.bias, stride: convolution.stride, padding: convolution.padding,
      normalization: FoldedNormalization(weight: weight, bias: bias, running: (runningMean, runningVariance)),
      adding: residual, rectified: rectified)
  }
}
