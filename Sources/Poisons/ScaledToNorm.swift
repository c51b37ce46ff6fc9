/// A perturbation times the factor that gives it the l2 norm; one of zeros stays as it is.
func scaled(_ perturbation: [Float], toNorm norm: Float) -> [Float] {
  let length = perturbation.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  guard length > 0 else { return perturbation }
  let factor = Float(Double(norm) / length)
  return perturbation.map { $0 * factor }
}
