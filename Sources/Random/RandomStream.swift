/// Random numbers that depend only on what they are for: a counter-based generator (Philox 4×32-10) whose key is the
/// seed and the purpose and whose counter is the record, the step and the number of draws so far.
///
/// Two streams with different coordinates never overlap, and neither threads nor batch boundaries change a number.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// Opens the stream of the given coordinates at its first number.
  ///
  /// - Parameters:
  ///   - seed: the user's `--seed`.
  ///   - purpose: what the numbers are for, such as `"weights"`; equal names give equal streams.
  ///   - record: the record's `id`, or any other index of independent work.
  ///   - step: the training step or epoch; its low 32 bits are used.
  package init(seed: UInt64, purpose: String, record: Int = 0, step: Int = 0) {
    key = Philox.key(seed: seed, purpose: purpose)
    counter = Philox.counter(record: record, step: step)
  }

  /// The next 32 random bits.
  package mutating func nextBits() -> UInt32 {
    if used == 4 {
      block = Philox.block(counter: counter, key: key)
      counter.x &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// As many numbers as `count` calls of `nextBits` give, the same ones, many at a time.
  package mutating func nextBits(count: Int) -> [UInt32] {
    var bits: [UInt32] = []
    bits.reserveCapacity(count + 64)
    while bits.count < count, used < 4 { bits.append(nextBits()) }
    while count - bits.count >= 64 {
      let words = Philox.sixteenBlocks(counter: counter, key: key)
      for lane in 0..<16 {
        bits.append(words.0[lane])
        bits.append(words.1[lane])
        bits.append(words.2[lane])
        bits.append(words.3[lane])
      }
      counter.x &+= 16
    }
    while bits.count < count { bits.append(nextBits()) }
    return bits
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    let high = UInt64(nextBits())
    return high << 32 | UInt64(nextBits())
  }

  /// A number uniform in [0, 1), a multiple of 2⁻²⁴.
  package mutating func uniform() -> Float {
    Float(nextBits() >> 8) * 0x1p-24
  }

  /// A number uniform in [low, high); `low` where the two are equal.
  package mutating func uniform(_ low: Float, _ high: Float) -> Float {
    Self.uniform(low, high, from: nextBits())
  }

  /// As many numbers as `count` calls of `uniform(low, high)` give, the same ones, many at a time.
  package mutating func uniform(_ low: Float, _ high: Float, count: Int) -> [Float] {
    nextBits(count: count).map { Self.uniform(low, high, from: $0) }
  }

  private static func uniform(_ low: Float, _ high: Float, from bits: UInt32) -> Float {
    let value = low + (high - low) * (Float(bits >> 8) * 0x1p-24)
    // The sum may round up to the bound.
    return value < high ? value : max(low, high.nextDown)
  }

  /// An integer uniform in 0..<bound, exactly (rejection).
  package mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "a random integer needs a positive bound")
    return Int(next(upperBound: UInt64(bound)))
  }

  /// The numbers 0..<count in random order (Fisher–Yates).
  package mutating func permutation(count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}
