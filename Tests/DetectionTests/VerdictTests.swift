import Detection
import Testing

@Suite struct VerdictTests {
  private let low = normals(1600, mean: -4, deviation: 2, seed: 1)
  private let high = normals(400, mean: 7, deviation: 1, seed: 2)
  private let known = normals(2000, mean: 6, deviation: 2, seed: 3)

  private func judged(_ logOdds: [Float], subtracted: [Float]) -> Verdict {
    var counts = SubtractionCounts()
    for (before, after) in zip(logOdds, subtracted) { counts.add(before, subtracted: after) }
    return Verdict(counts)
  }

  @Test func aGroupApartIsAPoison() {
    let verdict = Verdict(ScoreGroups(low + high))
    #expect(verdict.finding == .poisoned)
    #expect((verdict.share - 0.2).magnitude < verdict.uncertainty)
    #expect(verdict.uncertainty < 0.03)
    #expect(verdict.retained == nil)
  }

  @Test func oneGroupInDoubtIsClean() {
    let verdict = Verdict(ScoreGroups(low))
    #expect(verdict.finding == .clean)
    #expect(verdict.share == 0)
  }

  @Test func oneGroupOfCertaintyTellsNothing() {
    #expect(Verdict(ScoreGroups(high)).finding == .undecided)
  }

  @Test(arguments: [0.3, 0.6, 1.0]) func recordsLostBySubtractionAreAPoison(_ share: Double) throws {
    let lost = Int(share * 2000)
    let subtracted = Array(known[lost...]) + normals(lost, mean: -3, deviation: 2, seed: 4)
    let verdict = judged(known, subtracted: subtracted)
    #expect(verdict.finding == .poisoned)
    // A few of those lost are still guessed, and of a few the classifier was not sure.
    #expect((0.87 * share...share).contains(verdict.share))
    let sure = try #require(verdict.sure)
    #expect((0.95..<1).contains(sure))
    #expect((try #require(verdict.retained) - (1 - verdict.share / sure)).magnitude < 1e-12)
    #expect(verdict.uncertainty < 0.03)
  }

  @Test func aSetThatStaysKnownIsClean() throws {
    let subtracted = Array(known[100...]) + normals(100, mean: -3, deviation: 2, seed: 4)
    let verdict = judged(known, subtracted: subtracted)
    #expect(verdict.finding == .clean && verdict.share == 0)
    #expect(try #require(verdict.retained) > 0.94)
    #expect(judged(known, subtracted: known).retained == 1)
  }

  @Test func aSetThatLosesATenthIsNotCalledClean() {
    let subtracted = Array(known[210...]) + normals(210, mean: -3, deviation: 2, seed: 4)
    #expect(judged(known, subtracted: subtracted).finding == .undecided)
  }

  /// What is lost of the records that it half knew is no evidence: clean pictures without some of their detail.
  @Test func recordsThatWereHalfKnownDoNotCount() {
    let half = [Float](repeating: 1.5, count: 800)
    let lost = [Float](repeating: -1, count: 800)
    #expect(judged(known + half, subtracted: known + lost).finding == .clean)
    #expect(judged(known + half, subtracted: known + lost).retained == 1)
    #expect(judged(known + half, subtracted: lost + known).finding == .poisoned)
  }

  @Test func aClassifierThatKnowsLittleTellsNothing() {
    #expect(judged(low + high[..<100], subtracted: low + low[..<100]).finding == .undecided)
    #expect(judged(low + high, subtracted: low + low[..<400]).finding == .poisoned)
    #expect(
      judged([Float](repeating: -1, count: 9), subtracted: [Float](repeating: 3, count: 9)).finding == .undecided)
    #expect(judged([], subtracted: []).retained == nil)
  }
}
