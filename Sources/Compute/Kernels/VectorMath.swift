/// Elementary functions of sixteen floats at a time, in pure arithmetic: the same bits on every machine.
package enum VectorMath {
  private typealias Integers = SIMD16<Int32>

  /// eˣ with a relative error below 2⁻²²; ∞ above 88.73, subnormal below −87.34, 0 below −104, NaN for NaN.
  ///
  /// x = n·ln 2 + r with |r| ≤ ½·ln 2, then a polynomial of degree 6 in r, scaled by 2ⁿ in two steps so that the
  /// results at both ends of the range come out right.
  @inline(__always)
  package static func exponential(_ x: WideVector) -> WideVector {
    // Beyond these bounds the result is ∞ or 0 anyway; a NaN fails both comparisons and passes through.
    let bounded = x.replacing(with: 89, where: x .> 89).replacing(with: -105, where: x .< -105)
    let magic = WideVector(repeating: 0x1.8p23)
    let shifted = magic.addingProduct(bounded, WideVector(repeating: 1.442_695_04))
    let n = shifted - magic
    var r = bounded.addingProduct(n, WideVector(repeating: -0.693_359_375))
    r = r.addingProduct(n, WideVector(repeating: 2.121_944_4e-4))
    var p = WideVector(repeating: 1.987_569_15e-4)
    p = WideVector(repeating: 1.398_199_95e-3).addingProduct(p, r)
    p = WideVector(repeating: 8.333_452e-3).addingProduct(p, r)
    p = WideVector(repeating: 4.166_579_6e-2).addingProduct(p, r)
    p = WideVector(repeating: 1.666_666_55e-1).addingProduct(p, r)
    p = WideVector(repeating: 0.5).addingProduct(p, r)
    p = (r + 1).addingProduct(p, r * r)
    let exponent = unsafeBitCast(shifted, to: Integers.self) &- unsafeBitCast(magic, to: Integers.self)
    let half = exponent &>> Integers(repeating: 1)
    return p * powerOfTwo(half) * powerOfTwo(exponent &- half)
  }

  /// 1/(1 + e⁻ˣ).
  @inline(__always)
  package static func sigmoid(_ x: WideVector) -> WideVector {
    1 / (1 + exponential(-x))
  }

  /// The natural logarithm of positive normal numbers, with an error below 2⁻²² relative to the larger of |ln x| and 1.
  @inline(__always)
  package static func logarithm(_ x: WideVector) -> WideVector {
    // x = m·2ᵉ with m in [√½, √2).
    let bits = unsafeBitCast(x, to: Integers.self)
    let offset = bits &- Integers(repeating: 0x3F35_04F3)
    let exponent = offset &>> Integers(repeating: 23)
    let mantissa = (offset & Integers(repeating: 0x007F_FFFF)) &+ Integers(repeating: 0x3F35_04F3)
    let m = unsafeBitCast(mantissa, to: WideVector.self) - 1
    let e = float(exponent)
    var p = WideVector(repeating: 7.037_683_6e-2)
    p = WideVector(repeating: -1.151_461e-1).addingProduct(p, m)
    p = WideVector(repeating: 1.167_699_9e-1).addingProduct(p, m)
    p = WideVector(repeating: -1.242_014_1e-1).addingProduct(p, m)
    p = WideVector(repeating: 1.424_932_3e-1).addingProduct(p, m)
    p = WideVector(repeating: -1.666_805_8e-1).addingProduct(p, m)
    p = WideVector(repeating: 2.000_071_5e-1).addingProduct(p, m)
    p = WideVector(repeating: -2.499_999_4e-1).addingProduct(p, m)
    p = WideVector(repeating: 3.333_333_1e-1).addingProduct(p, m)
    let square = m * m
    var result = p * m * square
    result = result.addingProduct(e, WideVector(repeating: -2.121_944_4e-4))
    result = result.addingProduct(square, WideVector(repeating: -0.5))
    return (m + result).addingProduct(e, WideVector(repeating: 0.693_359_375))
  }

  /// √x for positive normal numbers, with a relative error below 2⁻²².
  ///
  /// The standard library's takes sixteen square roots one by one. Here a first guess of 1/√x from the bits is refined
  /// by Newton's steps, the last of them on √x itself.
  @inline(__always)
  package static func squareRoot(_ x: WideVector) -> WideVector {
    let bits = Integers(repeating: 0x5F37_59DF) &- unsafeBitCast(x, to: Integers.self) &>> Integers(repeating: 1)
    var inverse = unsafeBitCast(bits, to: WideVector.self)
    let half = x * -0.5
    for _ in 0..<3 {
      inverse *= WideVector(repeating: 1.5).addingProduct(half * inverse, inverse)
    }
    let root = x * inverse
    return root.addingProduct(x.addingProduct(-root, root), inverse * 0.5)
  }

  /// sin and cos of 2π·turns/2³², with an error below 2⁻²².
  ///
  /// The two upper bits pick the quadrant after rounding to the nearest quarter; of the rest, an angle within ±π/4, the
  /// upper 23 bits are used. Quadrants act on the bits of the results: masks of unsigned comparisons would be worked
  /// out lane by lane.
  @inline(__always)
  package static func sineAndCosine(ofTurns turns: SIMD16<UInt32>) -> (sine: WideVector, cosine: WideVector) {
    let signed = unsafeBitCast(turns, to: Integers.self)
    let quadrant = (signed &+ Integers(repeating: 0x2000_0000)) &>> Integers(repeating: 30)
    let rest = signed &- quadrant &<< Integers(repeating: 30)
    let angle = float(rest &>> Integers(repeating: 7)) * (2 * Float.pi * 0x1p-25)
    let square = angle * angle
    var s = WideVector(repeating: -1.951_529_6e-4)
    s = WideVector(repeating: 8.332_161e-3).addingProduct(s, square)
    s = WideVector(repeating: -1.666_665_46e-1).addingProduct(s, square)
    s = angle.addingProduct(s * square, angle)
    var c = WideVector(repeating: 2.443_315_7e-5)
    c = WideVector(repeating: -1.388_731_6e-3).addingProduct(c, square)
    c = WideVector(repeating: 4.166_664_57e-2).addingProduct(c, square)
    c = (1 - square * 0.5).addingProduct(c, square * square)
    let (sineBits, cosineBits) = (unsafeBitCast(s, to: Integers.self), unsafeBitCast(c, to: Integers.self))
    let swapped = (sineBits ^ cosineBits) & (Integers() &- (quadrant & Integers(repeating: 1)))
    let sign = Integers(repeating: .min)
    let sineSign = quadrant &<< Integers(repeating: 30) & sign
    let cosineSign = (quadrant &+ Integers(repeating: 1)) &<< Integers(repeating: 30) & sign
    return (
      unsafeBitCast(sineBits ^ swapped ^ sineSign, to: WideVector.self),
      unsafeBitCast(cosineBits ^ swapped ^ cosineSign, to: WideVector.self)
    )
  }

  /// Integers within ±2²² as floats, exactly.
  @inline(__always)
  private static func float(_ n: Integers) -> WideVector {
    // 1.5·2²³ + n has n in its lowest bits.
    unsafeBitCast(n &+ Integers(repeating: 0x4B40_0000), to: WideVector.self) - 0x1.8p23
  }

  @inline(__always)
  private static func powerOfTwo(_ n: Integers) -> WideVector {
    unsafeBitCast((n &+ Integers(repeating: 127)) &<< Integers(repeating: 23), to: WideVector.self)
  }
}
