import Compute
import Testing

@Suite struct VectorMathTests {
  /// One value through a function of sixteen.
  private func single(_ function: (WideVector) -> WideVector, _ x: Float) -> Double {
    Double(function(WideVector(repeating: x))[0])
  }

  @Test func exponentialIsAccurate() {
    var worst = 0.0
    for x in stride(from: Float(-87.3), to: 88.7, by: 0.0137) {
      let expected = exponential(Double(x))
      worst = max(worst, abs(single(VectorMath.exponential, x) - expected) / expected)
    }
    #expect(worst < 0x1p-22)
  }

  @Test func exponentialEndsWhereFloatsEnd() {
    for x: Float in [88.73, 89, 1000, .infinity] { #expect(single(VectorMath.exponential, x) == .infinity) }
    for x: Float in [-104.1, -1000, -.infinity] { #expect(single(VectorMath.exponential, x) == 0) }
    // Subnormal results are rounded to a multiple of the smallest float.
    for x in stride(from: Float(-103.9), to: -87.34, by: 0.05) {
      #expect(abs(single(VectorMath.exponential, x) - exponential(Double(x))) <= 0x1p-149)
    }
    #expect(single(VectorMath.exponential, 0) == 1)
    #expect(single(VectorMath.exponential, .nan).isNaN)
  }

  @Test func logarithmIsAccurate() {
    var worst = 0.0
    var x: Float = .leastNormalMagnitude
    while x < .infinity {
      let expected = logarithm(Double(x))
      worst = max(worst, abs(single(VectorMath.logarithm, x) - expected) / max(1, abs(expected)))
      x *= 1.0137
    }
    for x in stride(from: Float(0.5), to: 2, by: 0.000_37) {
      worst = max(worst, abs(single(VectorMath.logarithm, x) - logarithm(Double(x))))
    }
    #expect(worst < 0x1p-22)
    #expect(single(VectorMath.logarithm, 1) == 0)
  }

  @Test func squareRootIsAccurate() {
    var worst = 0.0
    var x: Float = .leastNormalMagnitude
    while x < 0x1p126 {
      let expected = Double(x).squareRoot()
      worst = max(worst, abs(single(VectorMath.squareRoot, x) - expected) / expected)
      x *= 1.000_37
    }
    #expect(worst < 0x1p-22)
  }

  @Test func sigmoidIsAccurate() {
    var worst = 0.0
    for x in stride(from: Float(-87), to: 87, by: 0.0137) {
      let expected = 1 / (1 + exponential(-Double(x)))
      worst = max(worst, abs(single(VectorMath.sigmoid, x) - expected) / expected)
    }
    #expect(worst < 0x1p-21)
  }

  /// Angles all around the circle, and the ones on both sides of every eighth of it.
  @Test func sineAndCosineAreAccurate() {
    var worst = 0.0
    let eighths = (0..<8 as Range<UInt32>).flatMap { [$0 << 29 &- 1, $0 << 29, $0 << 29 &+ 1] }
    for turns in (0..<100_000 as Range<UInt32>).map({ $0 &* 42_949 }) + eighths {
      let angle = 2 * Double.pi * Double(turns) * 0x1p-32
      let (s, c) = VectorMath.sineAndCosine(ofTurns: SIMD16(repeating: turns))
      worst = max(worst, abs(Double(s[0]) - sine(angle)), abs(Double(c[0]) - cosine(angle)))
    }
    #expect(worst < 0x1p-22)
  }
}
