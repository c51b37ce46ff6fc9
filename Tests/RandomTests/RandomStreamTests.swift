import Random
import Testing

@Suite struct RandomStreamTests {
  /// The same numbers on every machine and in every version: what was made with a seed must be made again by it. The
  /// numbers here come from a second implementation of Philox, the key's hash and the bounded draws.
  @Test func theNumbersOfASeedNeverChange() {
    var random = RandomStream(seed: 1, purpose: "test", record: 2, step: 3)
    let bits: [UInt32] = [0xFE32_C518, 0x99A6_2363, 0x538E_780F, 0xC117_AB7A, 0xCED4_CCDF]
    #expect((0..<5).map { _ in random.nextBits() } == bits)
    #expect(random.next() == 0xB0AF_C139_9421_8F80)
    #expect((0..<3).map { _ in random.uniform() } == [0.45745575, 0.18312746, 0.56536704])
    #expect((0..<8).map { _ in random.integer(below: 10) } == [7, 0, 3, 0, 1, 1, 0, 1])
    #expect(random.permutation(count: 8) == [0, 3, 5, 4, 2, 1, 6, 7])
  }

  @Test func equalCoordinatesGiveEqualStreamsAndOthersNot() {
    func words(_ seed: UInt64, _ purpose: String, _ record: Int, _ step: Int) -> [UInt32] {
      var random = RandomStream(seed: seed, purpose: purpose, record: record, step: step)
      return (0..<16).map { _ in random.nextBits() }
    }
    #expect(words(1, "a", 2, 3) == words(1, "a", 2, 3))
    let streams = [
      words(1, "a", 2, 3), words(2, "a", 2, 3), words(1, "b", 2, 3), words(1, "a", 3, 3), words(1, "a", 2, 4),
      words(1, "a", 2 + 1 << 32, 3), words(1, "a", -2, 3), words(1, "a", 3, 2),
    ]
    #expect(Set(streams.flatMap { $0 }).count == 8 * 16)
  }

  /// The upper bound is excluded although low + (high − low)·u may round to it: the first draw of this stream is the
  /// largest there is, 1 − 2⁻²⁴, and 2 − 2⁻²⁴ is no float.
  @Test func uniformNumbersStayBelowTheirUpperBound() {
    var random = RandomStream(seed: 0, purpose: "uniform", record: 13_498_626)
    let copy = random
    #expect(random.uniform() == 1 - 0x1p-24)
    random = copy
    #expect(random.uniform(1, 2) == Float(2).nextDown)
    random = copy
    #expect(random.uniform(3, 3) == 3)
  }

  @Test func uniformNumbersFillTheirRangeEvenly() {
    var random = RandomStream(seed: 5, purpose: "uniform")
    let (count, cells) = (64_000, 16)
    var hits = [Int](repeating: 0, count: cells)
    var sum = 0.0
    for _ in 0..<count {
      let value = random.uniform()
      hits[Int(value * Float(cells))] += 1
      sum += Double(value)
    }
    #expect(abs(sum / Double(count) - 0.5) < 0.005)
    #expect(chiSquared(hits) < 45, "15 degrees of freedom: more than 44.3 has a chance of 1 in 10,000")
  }

  @Test(arguments: [1, 2, 3, 10, 1000]) func integersAreUnbiased(_ bound: Int) {
    var random = RandomStream(seed: 6, purpose: "integers")
    var hits = [Int](repeating: 0, count: bound)
    for _ in 0..<100 * bound { hits[random.integer(below: bound)] += 1 }
    let freedom = Double(bound - 1)
    #expect(chiSquared(hits) < freedom + 6 * (2 * freedom).squareRoot() + 1)
  }

  @Test(arguments: [0, 1, 2, 3, 1000]) func aPermutationHasEveryNumberOnce(_ count: Int) {
    var random = RandomStream(seed: 7, purpose: "order")
    let order = random.permutation(count: count)
    #expect(order.sorted() == Array(0..<count))
    if count == 1000 {
      #expect(order != random.permutation(count: count))
      #expect(order.enumerated().count { $0 == $1 } < 10)
    }
  }

  /// Every one of the six orders of three comes up equally often.
  @Test func permutationsAreUnbiased() {
    var random = RandomStream(seed: 8, purpose: "order")
    var hits: [[Int]: Int] = [:]
    for _ in 0..<6000 { hits[random.permutation(count: 3), default: 0] += 1 }
    #expect(hits.count == 6)
    #expect(chiSquared(Array(hits.values)) < 26, "5 degrees of freedom: more than 25.7 has a chance of 1 in 10,000")
  }

  /// Σ (hits − expected)²/expected for cells of equal chance.
  private func chiSquared(_ hits: [Int]) -> Double {
    let expected = Double(hits.reduce(0, +)) / Double(hits.count)
    return hits.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }
}
