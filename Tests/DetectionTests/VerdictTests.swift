import Detection
import Testing

@Suite struct VerdictTests {
  private let clean = normals(1600, mean: -4, deviation: 2, seed: 1)
  private let poisoned = normals(400, mean: 7, deviation: 1, seed: 2)

  @Test func aGroupApartIsAPoison() {
    let verdict = Verdict(clean + poisoned, control: nil)
    #expect(verdict.finding == .poisoned)
    #expect((verdict.share - 0.2).magnitude < verdict.uncertainty)
    #expect(verdict.uncertainty < 0.03)
    #expect(verdict.retained == nil)
  }

  @Test func aGroupThatSubtractionTakesAwayIsAPoison() throws {
    let verdict = Verdict(clean + poisoned, control: clean + normals(400, mean: -3, deviation: 2, seed: 3))
    #expect(verdict.finding == .poisoned)
    #expect(try #require(verdict.retained) < 0.1)
  }

  @Test func aGroupThatStaysIsWhatPicturesShow() throws {
    let verdict = Verdict(clean + poisoned, control: clean + normals(400, mean: 6, deviation: 1.5, seed: 3))
    #expect(verdict.finding == .clean)
    #expect(verdict.share == 0)
    #expect(try #require(verdict.retained) > 0.9)
  }

  @Test func oneGroupInDoubtIsClean() {
    let verdict = Verdict(clean, control: nil)
    #expect(verdict.finding == .clean)
    #expect(verdict.share == 0)
  }

  @Test func oneGroupOfCertaintyNeedsAControl() {
    #expect(Verdict(poisoned, control: nil).finding == .undecided)
    let whole = Verdict(poisoned, control: clean)
    #expect(whole.finding == .poisoned)
    #expect(whole.share == 1)
    #expect(Verdict(poisoned, control: poisoned).finding == .clean)
  }
}
