import Detection
import Testing

@Suite struct VerdictTests {
  private let low = normals(1600, mean: -4, deviation: 2, seed: 1)
  private let high = normals(400, mean: 7, deviation: 1, seed: 2)

  @Test func aGroupApartIsAPoison() {
    let verdict = Verdict(ScoreGroups(low + high))
    #expect(verdict.finding == .poisoned)
    #expect((verdict.share - 0.2).magnitude < verdict.uncertainty)
    #expect(verdict.uncertainty < 0.03)
    #expect(verdict.evidence == nil)
  }

  @Test func oneGroupInDoubtIsClean() {
    let verdict = Verdict(ScoreGroups(low))
    #expect(verdict.finding == .clean)
    #expect(verdict.share == 0)
  }

  @Test func oneGroupOfCertaintyTellsNothing() {
    #expect(Verdict(ScoreGroups(high)).finding == .undecided)
  }
}
