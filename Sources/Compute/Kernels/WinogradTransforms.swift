/// The one-dimensional transforms of Winograd's minimal filtering (Lavin and Gray, "Fast algorithms for convolutional
/// neural networks", 2015) for four outputs, and their adjoints. Two dimensions are two passes of one.
///
/// With x a square window of pixels, g a filter and y the 4×4 outputs: y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ x B)]A. The transforms
/// read element i by `load(i)` and hand element i of the result to `store`.
protocol WinogradScheme {
  /// Rows and columns of a filter.
  static var taps: Int { get }
  /// Bᵀ·d: a window's pixels to as many positions.
  static func input(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
  /// Aᵀ·m: positions to four outputs.
  static func output(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
  /// A·y: the adjoint of `output`.
  static func outputAdjoint(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
  /// G·g: taps to positions.
  static func filter(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
  /// Gᵀ·u: the adjoint of `filter`.
  static func filterAdjoint(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
}

extension WinogradScheme {
  /// Rows and columns of a window.
  @inline(__always)
  static var window: Int { taps + 3 }
  /// Positions of a transformed window.
  @inline(__always)
  static var positions: Int { window * window }
}

/// F(4, 3), for 3×3 filters: 36 products in place of 144.
///
/// The points are 0, ±a, ±b and ∞ with a = 1/√2 and b = √2: as many operations as with the usual 0, ±1, ±2 and half of
/// their rounding error, for no power of a point is far from 1.
enum ThreeTaps: WinogradScheme {
  private static var a: Float { 0.707_106_78 }
  private static var b: Float { 1.414_213_56 }

  @inline(__always)
  static var taps: Int { 3 }

  @inline(__always)
  static func input(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (d0, d1, d2, d3, d4, d5) = (load(0), load(1), load(2), load(3), load(4), load(5))
    let (evenA, oddA) = (d4.addingProduct(-2, d2), d3.addingProduct(-2, d1))
    let (evenB, oddB) = (d4.addingProduct(-0.5, d2), d3.addingProduct(-0.5, d1))
    store(0, (d0 + d4).addingProduct(-2.5, d2))
    store(1, evenA.addingProduct(a, oddA))
    store(2, evenA.addingProduct(-a, oddA))
    store(3, evenB.addingProduct(b, oddB))
    store(4, evenB.addingProduct(-b, oddB))
    store(5, (d1 + d5).addingProduct(-2.5, d3))
  }

  @inline(__always)
  static func output(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
    let (evenA, oddA) = (m1 + m2, (m1 - m2) * a)
    let (evenB, oddB) = (m3 + m4, (m3 - m4) * b)
    store(0, load(0) + evenA + evenB)
    store(1, oddA + oddB)
    store(2, (evenB * 2).addingProduct(0.5, evenA))
    store(3, load(5).addingProduct(0.5, oddA).addingProduct(2, oddB))
  }

  @inline(__always)
  static func outputAdjoint(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (y0, y1, y2, y3) = (load(0), load(1), load(2), load(3))
    let (evenA, oddA) = (y0.addingProduct(0.5, y2), y1.addingProduct(0.5, y3))
    let (evenB, oddB) = (y0.addingProduct(2, y2), y1.addingProduct(2, y3))
    store(0, y0)
    store(1, evenA.addingProduct(a, oddA))
    store(2, evenA.addingProduct(-a, oddA))
    store(3, evenB.addingProduct(b, oddB))
    store(4, evenB.addingProduct(-b, oddB))
    store(5, y3)
  }

  @inline(__always)
  static func filter(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (g0, g1, g2) = (load(0), load(1), load(2))
    let (evenA, oddA) = (g0.addingProduct(0.5, g2) * (-2 / 3), g1 * (a * -2 / 3))
    let (evenB, oddB) = (g0.addingProduct(2, g2) * (1 / 6), g1 * (b / 6))
    store(0, g0)
    store(1, evenA + oddA)
    store(2, evenA - oddA)
    store(3, evenB + oddB)
    store(4, evenB - oddB)
    store(5, g2)
  }

  @inline(__always)
  static func filterAdjoint(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (u1, u2, u3, u4) = (load(1), load(2), load(3), load(4))
    let (evenA, oddA) = (u1 + u2, u1 - u2)
    let (evenB, oddB) = (u3 + u4, u3 - u4)
    store(0, load(0).addingProduct(-2 / 3, evenA).addingProduct(1 / 6, evenB))
    store(1, (oddA * (a * -2 / 3)).addingProduct(b / 6, oddB))
    store(2, load(5).addingProduct(-1 / 3, evenA).addingProduct(1 / 3, evenB))
  }
}

/// F(4, 2), for 2×2 filters: 25 products in place of 64.
///
/// The points are ±a, ±b and ∞ with a = ½ and b = 5/4: a rounding error 1½ times that of the direct sum, where the usual
/// 0, ±1, 2 have 3 times.
enum TwoTaps: WinogradScheme {
  private static var a: Float { 0.5 }
  private static var b: Float { 1.25 }
  private static var a2: Float { a * a }
  private static var b2: Float { b * b }
  /// 1/(2·(a² − b²)): what a filter is divided by at ±a, and with the other sign at ±b.
  private static var share: Float { 0.5 / (a2 - b2) }

  @inline(__always)
  static var taps: Int { 2 }

  @inline(__always)
  static func input(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (d0, d1, d2, d3, d4) = (load(0), load(1), load(2), load(3), load(4))
    let (evenA, oddA) = (d2.addingProduct(-b2, d0), d3.addingProduct(-b2, d1))
    let (evenB, oddB) = (d2.addingProduct(-a2, d0), d3.addingProduct(-a2, d1))
    store(0, oddA.addingProduct(a, evenA))
    store(1, oddA.addingProduct(-a, evenA))
    store(2, oddB.addingProduct(b, evenB))
    store(3, oddB.addingProduct(-b, evenB))
    store(4, d4.addingProduct(-(a2 + b2), d2).addingProduct(a2 * b2, d0))
  }

  @inline(__always)
  static func output(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (m0, m1, m2, m3) = (load(0), load(1), load(2), load(3))
    let (evenA, oddA) = (m0 + m1, (m0 - m1) * a)
    let (evenB, oddB) = (m2 + m3, (m2 - m3) * b)
    store(0, evenA + evenB)
    store(1, oddA + oddB)
    store(2, (evenB * b2).addingProduct(a2, evenA))
    store(3, load(4).addingProduct(a2, oddA).addingProduct(b2, oddB))
  }

  @inline(__always)
  static func outputAdjoint(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (y0, y1, y2, y3) = (load(0), load(1), load(2), load(3))
    let (evenA, oddA) = (y0.addingProduct(a2, y2), y1.addingProduct(a2, y3))
    let (evenB, oddB) = (y0.addingProduct(b2, y2), y1.addingProduct(b2, y3))
    store(0, evenA.addingProduct(a, oddA))
    store(1, evenA.addingProduct(-a, oddA))
    store(2, evenB.addingProduct(b, oddB))
    store(3, evenB.addingProduct(-b, oddB))
    store(4, y3)
  }

  @inline(__always)
  static func filter(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (g0, g1) = (load(0), load(1))
    let (oddA, oddB) = (g0 * (share / a), g0 * (-share / b))
    store(0, oddA.addingProduct(share, g1))
    store(1, (g1 * share) - oddA)
    store(2, oddB.addingProduct(-share, g1))
    store(3, (g1 * -share) - oddB)
    store(4, g1)
  }

  @inline(__always)
  static func filterAdjoint(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    let (u0, u1, u2, u3) = (load(0), load(1), load(2), load(3))
    store(0, ((u0 - u1) * (share / a)).addingProduct(-share / b, u2 - u3))
    store(1, load(4).addingProduct(share, u0 + u1).addingProduct(-share, u2 + u3))
  }
}
