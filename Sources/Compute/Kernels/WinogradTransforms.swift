/// The one-dimensional transforms of Winograd's minimal filtering F(4, 3) (Lavin and Gray, "Fast algorithms for
/// convolutional neural networks", 2015) and their adjoints. Two dimensions are two passes of one.
///
/// With x a tile of 6×6 pixels, g a 3×3 filter and y the 4×4 outputs: y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ x B)]A.
///
/// The points are 0, ±a, ±b and ∞ with a = 1/√2 and b = √2: as many operations as with the usual 0, ±1, ±2 and half of
/// their rounding error, for no power of a point is far from 1.
enum WinogradTransforms {
  typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)
  typealias Four = (Vector, Vector, Vector, Vector)
  typealias Three = (Vector, Vector, Vector)

  private static var a: Float { 0.707_106_78 }
  private static var b: Float { 1.414_213_56 }

  /// Bᵀ·d: six pixels to six positions.
  @inline(__always)
  static func input(_ d: Six) -> Six {
    let (evenA, oddA) = (d.4.addingProduct(-2, d.2), d.3.addingProduct(-2, d.1))
    let (evenB, oddB) = (d.4.addingProduct(-0.5, d.2), d.3.addingProduct(-0.5, d.1))
    return (
      (d.0 + d.4).addingProduct(-2.5, d.2), evenA.addingProduct(a, oddA), evenA.addingProduct(-a, oddA),
      evenB.addingProduct(b, oddB), evenB.addingProduct(-b, oddB), (d.1 + d.5).addingProduct(-2.5, d.3)
    )
  }

  /// Aᵀ·m: six positions to four outputs.
  @inline(__always)
  static func output(_ m: Six) -> Four {
    let (evenA, oddA) = (m.1 + m.2, (m.1 - m.2) * a)
    let (evenB, oddB) = (m.3 + m.4, (m.3 - m.4) * b)
    return (
      m.0 + evenA + evenB, oddA + oddB, (evenB * 2).addingProduct(0.5, evenA),
      m.5.addingProduct(0.5, oddA).addingProduct(2, oddB)
    )
  }

  /// A·y: the adjoint of `output`, four output gradients to six positions.
  @inline(__always)
  static func outputAdjoint(_ y: Four) -> Six {
    let (evenA, oddA) = (y.0.addingProduct(0.5, y.2), y.1.addingProduct(0.5, y.3))
    let (evenB, oddB) = (y.0.addingProduct(2, y.2), y.1.addingProduct(2, y.3))
    return (
      y.0, evenA.addingProduct(a, oddA), evenA.addingProduct(-a, oddA), evenB.addingProduct(b, oddB),
      evenB.addingProduct(-b, oddB), y.3
    )
  }

  /// G·g: three taps to six positions.
  @inline(__always)
  static func filter(_ g: Three) -> Six {
    let (evenA, oddA) = (g.0.addingProduct(0.5, g.2) * (-2 / 3), g.1 * (a * -2 / 3))
    let (evenB, oddB) = (g.0.addingProduct(2, g.2) * (1 / 6), g.1 * (b / 6))
    return (g.0, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, g.2)
  }

  /// Gᵀ·u: the adjoint of `filter`, six positions to three taps.
  @inline(__always)
  static func filterAdjoint(_ u: Six) -> Three {
    let (evenA, oddA) = ((u.1 + u.2) * (-2 / 3), (u.1 - u.2) * (a * -2 / 3))
    let (evenB, oddB) = ((u.3 + u.4) * (1 / 6), (u.3 - u.4) * (b / 6))
    return (
      u.0 + evenA + evenB, oddA + oddB, u.5.addingProduct(0.5, evenA).addingProduct(2, evenB)
    )
  }
}
