/// The one-dimensional transforms of Winograd's minimal filtering F(4, 3) (Lavin and Gray, "Fast algorithms for
/// convolutional neural networks", 2015; points 0, ±1, ±2, ∞) and their adjoints. Two dimensions are two passes of one.
///
/// With x a tile of 6×6 pixels, g a 3×3 filter and y the 4×4 outputs: y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ x B)]A.
enum WinogradTransforms {
  typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)
  typealias Four = (Vector, Vector, Vector, Vector)
  typealias Three = (Vector, Vector, Vector)

  /// Bᵀ·d: six pixels to six positions.
  @inline(__always)
  static func input(_ d: Six) -> Six {
    let a = d.4.addingProduct(-4, d.2)
    let b = d.3.addingProduct(-4, d.1)
    let c = d.4 - d.2
    let e = d.3 - d.1
    return (
      d.4.addingProduct(4, d.0).addingProduct(-5, d.2), a + b, a - b, c.addingProduct(2, e), c.addingProduct(-2, e),
      d.5.addingProduct(4, d.1).addingProduct(-5, d.3)
    )
  }

  /// Aᵀ·m: six positions to four outputs.
  @inline(__always)
  static func output(_ m: Six) -> Four {
    let (a, b) = (m.1 + m.2, m.1 - m.2)
    let (c, d) = (m.3 + m.4, m.3 - m.4)
    return (m.0 + a + c, b.addingProduct(2, d), a.addingProduct(4, c), (b + m.5).addingProduct(8, d))
  }

  /// A·y: the adjoint of `output`, four output gradients to six positions.
  @inline(__always)
  static func outputAdjoint(_ y: Four) -> Six {
    let (a, b) = (y.0 + y.2, y.1 + y.3)
    let (c, d) = (y.0.addingProduct(4, y.2), (2 * y.1).addingProduct(8, y.3))
    return (y.0, a + b, a - b, c + d, c - d, y.3)
  }

  /// G·g: three taps to six positions.
  @inline(__always)
  static func filter(_ g: Three) -> Six {
    let a = (g.0 + g.2) * (-1 / 6)
    let b = g.1 * (-1 / 6)
    let c = (g.0 * (1 / 24)).addingProduct(1 / 6, g.2)
    let d = g.1 * (1 / 12)
    return (g.0 * 0.25, a + b, a - b, c + d, c - d, g.2)
  }

  /// Gᵀ·u: the adjoint of `filter`, six positions to three taps.
  @inline(__always)
  static func filterAdjoint(_ u: Six) -> Three {
    let (a, b) = (u.1 + u.2, u.1 - u.2)
    let (c, d) = (u.3 + u.4, u.3 - u.4)
    return (
      (u.0 * 0.25).addingProduct(-1 / 6, a).addingProduct(1 / 24, c),
      (d * (1 / 12)).addingProduct(-1 / 6, b),
      u.5.addingProduct(-1 / 6, a).addingProduct(1 / 6, c)
    )
  }
}
