/// Scales all gradients by min(1, maximum/(norm + 1e-6)), where the norm is that of all gradients taken together, and
/// gives the norm before the scaling. The same as PyTorch's `clip_grad_norm_`.
@discardableResult
package func clipGradientNorm(_ parameters: [Parameter], to maximum: Float) -> Float {
  let gradients = parameters.compactMap(\.gradient)
  let sum = gradients.reduce(0.0) { sum, gradient in
    let source = gradient.base
    return sum + Reduction.sum(count: gradient.count) { source.wide($0) * source.wide($0) }
  }
  let norm = Float(sum.squareRoot())
  let factor = maximum / (norm + 1e-6)
  // A norm that is not a number must show in the gradients, and the product with it does.
  guard !(factor >= 1) else { return norm }
  for gradient in gradients {
    let source = gradient.base
    Elementwise.fill(gradient) { source.wide($0) * factor }
  }
  return norm
}
