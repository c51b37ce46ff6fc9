/// How signed values become visible.
package enum Stretch: Sendable, Equatable {
  /// The lowest value of a picture is black and the highest white, as in PAPER's Figure 1; grey where all are equal.
  case range
  /// Zero is grey, and everything is so many times as strong, the same for all pictures: 0.5 + gain · p, as in PAPER's
  /// Figure 4. What lies beyond black and white is black and white.
  case gain(Float)

  /// The samples that values are shown as. Precondition: they are finite.
  func samples(_ values: [Float]) -> [UInt8] {
    switch self {
    case .range:
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      // Half of each, since the difference of two large values may be too large.
      let half = high / 2 - low / 2
      return values.map { half > 0 ? UInt8((($0 / 2 - low / 2) / half * 255).rounded()) : 128 }
    case .gain(let gain):
      return values.map { UInt8(min(max((0.5 + gain * $0) * 255, 0), 255).rounded()) }
    }
  }
}
