/// The way a convolution, its adjoint and its weight gradient are computed, chosen by the shape alone.
enum ConvolutionAlgorithm {
  /// 3×3 with stride 1 and 4×4 with stride 2, channels in whole vectors.
  case winograd(ConvolutionShape, WinogradConvolution.Kind)
  /// Pictures of fewer channels than a vector has.
  case fewChannels(ConvolutionShape)
  /// 1×1 with stride 1.
  case pointwise(ConvolutionShape)
  /// Everything else, straight from its definition.
  case direct(ConvolutionShape)

  /// Whether Winograd's algorithm may be chosen. Its rounding is about eight times that of the plain sums: tests that hold
  /// a whole training step against other arithmetic do without it.
  @TaskLocal static var allowsWinograd = true

  init(_ shape: ConvolutionShape) {
    if Self.allowsWinograd, let kind = WinogradConvolution.kind(shape) {
      self = .winograd(shape, kind)
    } else if shape.inputChannels < Vector.scalarCount, shape.kernel > 1 {
      self = .fewChannels(shape)
    } else if PointwiseConvolution.computes(shape) {
      self = .pointwise(shape)
    } else {
      self = .direct(shape)
    }
  }

  /// y ← x ⋆ w and the epilogue.
  func forward(x: Storage, weight: Storage, y: Storage, _ epilogue: Epilogue) {
    Profile.span("convolution \(shape.words)", shape.work) { compute(x: x, weight: weight, y: y, epilogue) }
  }

  /// dx ← (accumulate ? dx : 0) + the adjoint of y = x ⋆ w applied to dy (+ bias).
  func adjoint(dy: Storage, weight: Storage, bias: Storage?, dx: Storage, accumulate: Bool) {
    Profile.span("adjoint of convolution \(shape.words)", shape.work) {
      computeAdjoint(dy: dy, weight: weight, bias: bias, dx: dx, accumulate: accumulate)
    }
  }

  /// dw ← (accumulate ? dw : 0) + Σ x·dy over pictures and pixels, the pictures in the order of the batch's parts.
  func weightGradient(_ parts: BatchParts, x: Storage, dy: Storage, dw: Storage, accumulate: Bool) {
    Profile.span("weight gradient of convolution \(shape.words)", shape.work) {
      computeWeightGradient(parts, x: x, dy: dy, dw: dw, accumulate: accumulate)
    }
  }

  private var shape: ConvolutionShape {
    switch self {
    case .winograd(let shape, _), .fewChannels(let shape), .pointwise(let shape), .direct(let shape): shape
    }
  }

  private func compute(x: Storage, weight: Storage, y: Storage, _ epilogue: Epilogue) {
    switch self {
    case .winograd(let shape, let kind):
      WinogradConvolution.forward(shape, kind, x: x, weight: weight, y: y, epilogue)
    case .pointwise(let shape):
      PointwiseConvolution.forward(shape, x: x, weight: weight, y: y, epilogue)
    case .fewChannels(let shape), .direct(let shape):
      DirectConvolution.forward(shape, x: x, weight: weight, y: y, epilogue)
    }
  }

  private func computeAdjoint(dy: Storage, weight: Storage, bias: Storage?, dx: Storage, accumulate: Bool) {
    switch self {
    case .winograd(let shape, let kind):
      WinogradConvolution.adjoint(
        shape, kind, dy: dy, weight: weight, dx: dx, .adding(bias, to: dx, accumulate: accumulate))
    case .fewChannels(let shape):
      PatchAdjoint.run(shape, dy: dy, weight: weight, bias: bias, dx: dx, accumulate: accumulate)
    case .pointwise(let shape):
      PointwiseConvolution.adjoint(
        shape, dy: dy, weight: weight, dx: dx, .adding(bias, to: dx, accumulate: accumulate))
    case .direct(let shape):
      DirectConvolution.adjoint(
        shape, dy: dy, weight: weight, dx: dx, .adding(bias, to: dx, accumulate: accumulate))
    }
  }

  private func computeWeightGradient(
    _ parts: BatchParts, x: Storage, dy: Storage, dw: Storage, accumulate: Bool
  ) {
    switch self {
    case .winograd(let shape, let kind):
      WinogradConvolution.weightGradient(shape, kind, parts, x: x, dy: dy, dw: dw, accumulate: accumulate)
    case .fewChannels(let shape):
      WindowWeightGradient.run(shape, parts, x: x, dy: dy, dw: dw, accumulate: accumulate)
    case .pointwise(let shape), .direct(let shape):
      DirectWeightGradient.run(shape, parts, x: x, dy: dy, dw: dw, accumulate: accumulate)
    }
  }
}

extension ConvolutionShape {
  /// The sizes in words, as in `3×3 64→128 at 32×32, stride 2`.
  fileprivate var words: String {
    "\(kernel)×\(kernel) \(inputChannels)→\(outputChannels) at \(height)×\(width)"
      + (stride > 1 ? ", stride \(stride)" : "")
  }

  /// The arithmetic of the plain sum.
  fileprivate var work: Profile.Work {
    Profile.Work(floatingPointOperations: 2 * Double(outputCount) * Double(inputChannels * kernel * kernel))
  }
}
