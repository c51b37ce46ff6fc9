import Detection
import Random
import Testing

/// Draws of a normal distribution, which follow from a seed.
func normals(_ count: Int, mean: Float, deviation: Float, seed: UInt64) -> [Float] {
  (0..<count).map { index in
    var random = RandomStream(seed: seed, purpose: "test", record: index, step: 0)
    // A sum of twelve uniform numbers has a variance of 1.
    let sum = (0..<12).reduce(Float(0)) { sum, _ in sum + Float(random.integer(below: 1 << 20)) / Float(1 << 20) }
    return mean + deviation * (sum - 6)
  }
}

@Suite struct ScoreGroupsTests {
  @Test(arguments: [0.02, 0.2, 0.5, 0.8, 0.98]) func twoGroupsAreFoundWithTheirShares(_ share: Double) throws {
    let upper = Int(share * 2000)
    let scores =
      normals(2000 - upper, mean: -4, deviation: 2.4, seed: 1) + normals(upper, mean: 7.5, deviation: 1.5, seed: 2)
    let groups = ScoreGroups(scores)
    let cut = try #require(groups.cut)
    #expect((0...6).contains(cut))
    #expect((groups.upperShare - share).magnitude < 0.01)
    let found = scores.indices.count { groups.isUpper(scores[$0]) == ($0 >= 2000 - upper) }
    #expect(found >= 1980)
  }

  @Test(arguments: [UInt64(1), 2, 3]) func oneGroupIsNotCutIntoHalves(_ seed: UInt64) {
    let normal = normals(2000, mean: -1, deviation: 2, seed: seed)
    // Uneven on one side, as the scores of a half-trained classifier are.
    let skewed = normals(2000, mean: 0, deviation: 1, seed: seed).map { -3 + 2 * $0 + ($0 > 0 ? $0 * $0 : 0) }
    let uniform = (0..<2000).map { Float($0) / 500 - 4 }
    for scores in [normal, skewed, uniform] {
      let groups = ScoreGroups(scores)
      #expect(groups.cut == nil)
      #expect(scores.allSatisfy { !groups.isUpper($0) })
      #expect(groups.upperShare == 0)
    }
  }

  @Test func aGroupOnTheSideOfCertaintyIsTheUpperOne() {
    let scores = normals(500, mean: 8, deviation: 1, seed: 4)
    let groups = ScoreGroups(scores)
    #expect(groups.cut == nil)
    #expect(scores.allSatisfy { groups.isUpper($0) })
    #expect(groups.upperShare == 1)
  }

  @Test func theOrderOfTheScoresDoesNotMatter() {
    let scores = normals(300, mean: -3, deviation: 2, seed: 1) + normals(200, mean: 7, deviation: 1, seed: 2)
    #expect(ScoreGroups(scores) == ScoreGroups(scores.reversed()))
  }

  @Test func tooFewOrEqualScoresHaveNoMixture() {
    for scores: [Float] in [[], [1], [1, 2, 3], [Float](repeating: -2, count: 100)] {
      #expect(ScoreGroups(scores).mixture == nil)
      #expect(ScoreGroups(scores).cut == nil)
    }
    #expect(ScoreGroups([]).upperShare == 0)
  }

  @Test func twoValuesAreTwoGroups() throws {
    let groups = ScoreGroups([Float](repeating: -5, count: 60) + [Float](repeating: 5, count: 40))
    #expect((-5...5).contains(try #require(groups.cut)))
    #expect((groups.upperShare - 0.4).magnitude < 1e-6)
  }

  @Test func aMixtureKnowsWhereANumberCameFrom() {
    let mixture = GaussianMixture(
      lower: .init(weight: 0.5, mean: -1, deviation: 1), upper: .init(weight: 0.5, mean: 1, deviation: 1))
    #expect(mixture.posterior(0) == 0.5)
    // The odds of equal deviations are exp(2x).
    #expect((mixture.posterior(0.5) - 0.731058578).magnitude < 1e-8)
    #expect(mixture.posterior(1000) == 1)
    #expect(mixture.posterior(-1000) == 0)
  }
}

@Suite struct GaussianMixtureTests {
  /// Where the search begins is given, not the quarter points.
  @Test func aGuessIsWhereTheSearchBegins() throws {
    let numbers = normals(300, mean: 0, deviation: 1, seed: 1) + normals(100, mean: 5, deviation: 2, seed: 2)
    let guess = (0..<400).map { $0 >= 310 || $0 % 3 == 0 ? 0.9 : 0.1 }
    let mixture = try #require(GaussianMixture(fitting: numbers, from: guess))
    #expect((mixture.lower.mean).magnitude < 0.2 && (mixture.upper.mean - 5).magnitude < 0.9)
    #expect((mixture.upper.weight - 0.25).magnitude < 0.06)
    #expect(mixture.distance > 2.5 && mixture.distance < 4)
    #expect(GaussianMixture(fitting: numbers, from: [Double](repeating: 1, count: 400)) == nil)
    #expect(GaussianMixture(fitting: numbers, from: [Double](repeating: 0, count: 400)) == nil)
    #expect(GaussianMixture(fitting: [1, 2, 3], from: [0, 1, 1]) == nil)
  }
}
