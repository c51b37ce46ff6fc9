/// The ten outlines of the built-in set, each a region of the plane within about one unit of the origin; v points down.
enum ShapeOutline: Int, CaseIterable {
  case disc, ring, crescent, square, triangle, star, cross, bars, hourglass, corner

  /// Whether the point lies inside the outline.
  ///
  /// Only sums, products and comparisons: the answer is the same on every machine.
  @inline(__always)
  func contains(_ u: Float, _ v: Float) -> Bool {
    let width = u.magnitude
    let height = v.magnitude
    let square = u * u + v * v
    switch self {
    case .disc: return square <= 0.72
    case .ring: return square <= 0.9 && square >= 0.3
    case .crescent: return square <= 0.9 && (u - 0.5) * (u - 0.5) + v * v >= 0.55
    case .square: return max(width, height) <= 0.78
    case .triangle: return v <= 0.6 && width * 1.7320508 <= (v + 1.1)
    case .star: return Self.isInStar(u, v)
    case .cross: return min(width, height) <= 0.28 && max(width, height) <= 0.95
    case .bars: return width <= 0.9 && height >= 0.26 && height <= 0.8
    case .hourglass: return height <= 0.85 && width <= height * 0.9 + 0.06
    case .corner: return max(width, height) <= 0.8 && (u <= -0.2 || v >= 0.2)
    }
  }

  /// The five-pointed star: the points on the inner side of at least four of the five lines through its tips.
  private static func isInStar(_ u: Float, _ v: Float) -> Bool {
    let offset: Float = 0.36
    let outside =
      (v > offset ? 1 : 0)
      + (0.9510565 * u + 0.309017 * v > offset ? 1 : 0)
      + (0.58778524 * u - 0.809017 * v > offset ? 1 : 0)
      + (-0.58778524 * u - 0.809017 * v > offset ? 1 : 0)
      + (-0.9510565 * u + 0.309017 * v > offset ? 1 : 0)
    return outside <= 1
  }
}
