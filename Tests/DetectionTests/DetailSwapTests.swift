import Testing

@testable import Detection

@Suite("Detail swapped between pictures")
struct DetailSwapTests {
  /// A record of a label that a classifier takes for a class, with odds of its label of e to the power given.
  private static func score(_ logOdds: Float, _ prediction: Int, label: Int) -> RecordScore {
    RecordScore(logOdds: logOdds, prediction: prediction, label: label, isPredicted: prediction == label)
  }

  /// Evidence of ten classes: of so many records the classifier is sure of `sure` and knows no other, of those it loses `lost`
  /// through JPEG 30 and `slightly` by eight levels of it, and of all of them `following` pictures follow the detail.
  private static func evidence(
    records: Int = 1000, sure: Int = 600, lost: Int = 0, slightly: Int = 0, following: Int = 0,
    detail: Detail = .median,
    of source: SwapEvidence.Source = .heldOut, answer: (Int) -> Int = { _ in 0 }
  ) -> SwapEvidence {
    var evidence = SwapEvidence(classes: 10, of: source)
    let labels = (0..<records).map { $0 % 10 }
    let before = labels.enumerated().map { row, label in
      score(row < sure ? 4 : -2, row < sure ? label : (label + 1) % 10, label: label)
    }
    func after(_ lost: Int) -> [RecordScore] {
      labels.enumerated().map { row, label in row < lost ? score(-3, answer(label), label: label) : before[row] }
    }
    evidence.add(before, dropped: after(lost), slightly: after(slightly))
    for kind in Detail.allCases {
      evidence.add((0..<records).map { (follows: kind == detail && $0 < following, before: false) }, to: kind)
    }
    return evidence
  }

  @Test func thePullIsADifferenceOfPairedShares() {
    var counts = SwapCounts()
    #expect(counts.pull == 0 && counts.interval == -1...1)
    for row in 0..<100 { counts.add(follows: row < 40, before: row >= 30 && row < 50) }
    // 40 follow and 20 lay there before; 10 of them both, so that 40 have changed.
    #expect(counts.records == 100 && counts.followed == 40 && counts.before == 20)
    #expect((counts.pull - 0.2).magnitude < 1e-12)
    // By hand: twice the root of (41/100 − 0.04 + 1/100) / 100.
    #expect((counts.interval.upperBound - 0.2 - 0.123288).magnitude < 1e-5)
    #expect((counts.interval.lowerBound - 0.2 + 0.123288).magnitude < 1e-5)
  }

  /// Few records are never certain, even where none has changed.
  @Test func fewRecordsAreNotCertain() {
    var counts = SwapCounts()
    for _ in 0..<10 { counts.add(follows: false, before: false) }
    #expect(counts.pull == 0 && counts.interval.upperBound > 0.2)
  }

  /// What it half knew it may lose for any reason.
  @Test func recordsThatWereHalfKnownAreNotLost() {
    var counts = LossCounts(classes: 2)
    counts.add(Self.score(2.19, 0, label: 0), Self.score(-5, 1, label: 0))
    #expect(counts.sure == 0 && counts.lost == 0 && counts.interval == 0...1)
    counts.add(Self.score(2.2, 0, label: 0), Self.score(-5, 1, label: 0))
    #expect(counts.sure == 1 && counts.lost == 1)
    // A label that is as likely as all others is no longer known; one that is no number is lost too.
    counts.add(Self.score(3, 1, label: 1), Self.score(0, 1, label: 1))
    counts.add(Self.score(3, 1, label: 1), Self.score(.nan, 0, label: 1))
    #expect(counts.lost == 3 && counts.share == 1)
  }

  @Test func theShareThatIsLostHasWilsonsInterval() {
    let loss = Self.evidence(sure: 1000, lost: 400).loss
    // By hand: centre (0.4 + 2/1000) / 1.004, half 2 / 1.004 times the root of 0.24/1000 + 1/1000².
    #expect((loss.interval.lowerBound - 0.369476).magnitude < 1e-5)
    #expect((loss.interval.upperBound - 0.431321).magnitude < 1e-5)
  }

  @Test(arguments: Detail.allCases) func aSetWhoseDetailIsFollowedIsPoisoned(_ detail: Detail) {
    let evidence = Self.evidence(following: 300, detail: detail)
    #expect(evidence.finding == .poisoned && evidence.mark == .pull(detail) && evidence.strongest == detail)
    let verdict = Verdict(evidence)
    #expect(verdict.finding == .poisoned && verdict.share == 0.3 && verdict.evidence != nil)
    #expect((verdict.uncertainty - 2 * (0.301 - 0.09 + 0.001).squareRoot() / 1000.0.squareRoot()).magnitude < 1e-9)
  }

  @Test func aSetThatIsLostByEightLevelsIsPoisoned() {
    let evidence = Self.evidence(sure: 800, lost: 700, slightly: 600)
    #expect(evidence.finding == .poisoned && evidence.mark == .slightLoss && Verdict(evidence).share == 0.6)
    #expect(Self.evidence(sure: 800, lost: 700, slightly: 420).doubt == .between(.slightLoss))
    #expect(Self.evidence(sure: 800, lost: 700, slightly: 200).finding == .clean)
  }

  /// Of drawn shapes up to three quarters are lost through JPEG 30, and no detail is followed.
  @Test(arguments: [SwapEvidence.Source.heldOut, .learnt])
  func aSetThatIsLostAndFollowsDetailIsPoisoned(_ source: SwapEvidence.Source) {
    let evidence = Self.evidence(sure: 800, lost: 360, following: 40, of: source)
    #expect(evidence.finding == .poisoned && evidence.mark == .loss && Verdict(evidence).share == 0.36)
    #expect(Self.evidence(sure: 800, lost: 360, following: 22, of: source).doubt == .between(.loss))
    #expect(Self.evidence(sure: 800, lost: 360, following: 8, of: source).finding == .clean)
    #expect(Self.evidence(sure: 800, lost: 250, following: 38, detail: .gray, of: source).finding == .undecided)
    #expect(Self.evidence(sure: 800, lost: 250, following: 26, of: source).finding == .clean)
  }

  /// What is learnt by heart of clean records pulls by their noise.
  @Test func noiseOfLearntRecordsPullsMore() {
    #expect(Self.evidence(following: 50).finding == .poisoned)
    #expect(Self.evidence(following: 40, of: .learnt).finding == .clean)
    #expect(Self.evidence(following: 60, of: .learnt).doubt == .between(.pull(.median)))
    #expect(Self.evidence(following: 75, of: .learnt).finding == .poisoned)
    #expect(Self.evidence(following: 50, detail: .jpeg, of: .learnt).finding == .poisoned)
  }

  @Test func noSampleChangesByMoreThanEightLevels() {
    #expect(Detail.slightly([100, 100, 100, 2, 254], filtered: [97, 50, 109, 0, 255]) == [97, 92, 108, 0, 255])
  }

  @Test func aSetThatFollowsNothingIsClean() {
    let evidence = Self.evidence(lost: 60, following: 10)
    #expect(evidence.finding == .clean && evidence.doubt == nil && Verdict(evidence).share == 0)
  }

  @Test func betweenTheLimitsItCannotBeTold() {
    #expect(Self.evidence(following: 42).doubt == .between(.pull(.median)))
    #expect(Self.evidence(sure: 150).doubt == .unknown(0.15))
    let few = SwapEvidence.Limits.fewestRecords - 1
    #expect(Self.evidence(records: few, sure: 60).doubt == .fewRecords)
    // A poison that shows among few records is one.
    #expect(Self.evidence(records: few, sure: 60, following: 50).finding == .poisoned)
  }

  @Test func answersThatErrIntoOneClassAClassTellOfMovedFeatures() {
    #expect(Self.evidence(sure: 900, lost: 700) { ($0 + 3) % 10 }.loss.fixedAnswers == 1)
    // Everything taken for one class, and answers of any class, tell of none.
    #expect(Self.evidence(sure: 900, lost: 700).loss.fixedAnswers == nil)
    var next = 0
    let scattered = Self.evidence(sure: 900, lost: 700) { label in
      next += 1
      return (label + 1 + next / 10 % 9) % 10
    }
    #expect((scattered.loss.fixedAnswers ?? 0) < 0.2)
  }

  @Test func detailIsClippedAndSoAreSamples() {
    let hybrid = Detail.jpeg.hybrid(
      [100, 100, 100, 2, 254], given: [57, 20, 90, 10, 99], withoutDetail: [50, 50, 60, 20, 90])
    #expect(hybrid == [107, 92, 108, 0, 255])
  }

  @Test func scoresOfSeveralPicturesAreOne() {
    let scores = [(2, 1), (4, 1), (-3, 0)].map { Self.score(Float($0.0), $0.1, label: 1) }
    let mean = RecordScore(mean: scores)
    #expect(mean.logOdds == 1 && mean.isPredicted)
    #expect(!RecordScore(mean: [scores[0], scores[2]]).isPredicted)
  }
}
