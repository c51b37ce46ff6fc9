/// A limit of a perturbation's size on the unit scale.
package enum PerturbationBound: Sendable, Equatable {
  /// The square root of the sum of squares is at most this.
  case l2(Float)
  /// No element is larger than this.
  case maximum(Float)
  /// At most so many pixels change.
  case pixels(Int)

  /// How large a planar perturbation [C, H, W] is by this bound's norm, divided by the bound.
  func load(of perturbation: [Float], channels: Int) -> Float {
    switch self {
    case .l2(let limit): Float(perturbation.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) / limit
    case .maximum(let limit): perturbation.reduce(0) { max($0, $1.magnitude) } / limit
    case .pixels(let limit): Float(Self.changedPixels(perturbation, channels: channels)) / Float(limit)
    }
  }

  private static func changedPixels(_ perturbation: [Float], channels: Int) -> Int {
    let pixels = perturbation.count / channels
    return (0..<pixels).count { pixel in (0..<channels).contains { perturbation[$0 * pixels + pixel] != 0 } }
  }

  /// The largest number of 8-bit levels that an element may move by; nil where single elements have no limit.
  package var levels: Float? {
    // A limit such as 8/255 in single precision may lie just below the level that it means.
    if case .maximum(let limit) = self { (limit * 255 + 1e-3).rounded(.down) } else { nil }
  }
}

/// A perturbation times the factor that gives it the l2 norm; one of zeros stays as it is.
func scaled(_ perturbation: [Float], toNorm norm: Float) -> [Float] {
  let length = perturbation.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  guard length > 0 else { return perturbation }
  let factor = Float(Double(norm) / length)
  return perturbation.map { $0 * factor }
}
