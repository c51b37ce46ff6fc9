import Testing

@testable import Detection

@Suite("Questions about held-out records")
struct HeldOutTests {
  /// A record of a label that a classifier takes for a class, with odds of its label of e to the power given.
  private static func score(_ logOdds: Float, _ prediction: Int, label: Int) -> RecordScore {
    RecordScore(logOdds: logOdds, prediction: prediction, label: label, isPredicted: prediction == label)
  }

  /// Evidence of one classifier of ten classes: of 1,000 records it is sure of `sure`, and loses `lost` of those under the
  /// question, which it then takes for the class that `answer` tells of their label.
  private static func evidence(
    sure: Int, lost: Int, records: Int = 1000, view: View = .plain, _ question: Question = .jpeg10,
    answer: (Int) -> Int = { _ in 0 }
  ) -> HeldOutEvidence {
    var evidence = HeldOutEvidence([(view: view, classes: 10)])
    let labels = (0..<records).map { $0 % 10 }
    let before = labels.enumerated().map { row, label in
      score(row < sure ? 4 : -2, row < sure ? label : (label + 1) % 10, label: label)
    }
    let after = labels.enumerated().map { row, label in
      row < lost ? score(-3, answer(label), label: label) : before[row]
    }
    evidence.add([before])
    evidence.add(question, of: 0, before, after)
    return evidence
  }

  @Test func whatIsLostAfterAQuestionIsCounted() throws {
    let evidence = Self.evidence(sure: 600, lost: 400)
    let counts = try #require(evidence.answers.first?.counts)
    #expect(counts.records == 1000 && counts.sure == 600 && counts.lost == 400)
    // Of the lost ones those of class 0 are still taken for it.
    #expect(counts.known == 240)
    #expect(counts.lostShare == 0.4)
    // By hand: centre (0.4 + 2/1000) / 1.004, half 2 / 1.004 times the root of 0.24/1000 + 1/1000².
    #expect((counts.lostInterval.lowerBound - 0.369476).magnitude < 1e-5)
    #expect((counts.lostInterval.upperBound - 0.431321).magnitude < 1e-5)
    #expect(evidence.classifiers[0].known == 600 && evidence.classifiers[0].sure == 600)
  }

  /// What it half knew it may lose for any reason.
  @Test func recordsThatWereHalfKnownDoNotCount() {
    var counts = QuestionCounts(classes: 2)
    counts.add(Self.score(2.19, 0, label: 0), Self.score(-5, 1, label: 0))
    #expect(counts.records == 1 && counts.sure == 0 && counts.lost == 0)
    counts.add(Self.score(2.2, 0, label: 0), Self.score(-5, 1, label: 0))
    #expect(counts.sure == 1 && counts.lost == 1)
    // A label that is as likely as all others is no longer known; one that is no number is lost too.
    counts.add(Self.score(3, 1, label: 1), Self.score(0, 1, label: 1))
    counts.add(Self.score(3, 1, label: 1), Self.score(.nan, 0, label: 1))
    #expect(counts.lost == 3)
  }

  @Test func aSetThatLosesMuchIsPoisoned() throws {
    let evidence = Self.evidence(sure: 900, lost: 700)
    #expect(evidence.finding == .poisoned)
    let verdict = Verdict(evidence)
    #expect(verdict.finding == .poisoned && verdict.share == 0.7 && verdict.evidence != nil)
    #expect(try #require(evidence.marked).question == .jpeg10)
  }

  @Test func aSetThatKeepsAlmostAllIsClean() {
    let evidence = Self.evidence(sure: 400, lost: 10)
    #expect(evidence.finding == .clean && evidence.doubt == nil && Verdict(evidence).share == 0)
  }

  @Test func betweenTheLimitsItCannotBeTold() {
    let limits = HeldOutEvidence.Limits.self
    let evidence = Self.evidence(sure: 600, lost: 110)
    #expect(evidence.finding == .undecided && evidence.doubt == .between(.plain, .jpeg10))
    #expect(Self.evidence(sure: 100, lost: 0).doubt == .unsure(.plain, 0.1))
    #expect(Self.evidence(sure: 100, lost: 0, records: limits.fewestRecords - 1).doubt == .fewRecords)
    // A poison that shows among few records is one.
    #expect(Self.evidence(sure: 90, lost: 80, records: 100).finding == .poisoned)
  }

  /// A poisoned class may have nothing but its colour, and so may a flower.
  @Test func coloursTellOnlyWhereMostIsLost() {
    #expect(Self.evidence(sure: 500, lost: 200, .gray).finding == .clean)
    #expect(Self.evidence(sure: 900, lost: 700, .gray).finding == .poisoned)
  }

  @Test func answersThatErrIntoOneClassAClassTellOfMovedFeatures() throws {
    let moved = Self.evidence(sure: 900, lost: 700) { ($0 + 3) % 10 }
    #expect(try #require(moved.marked).counts.fixedAnswers == 1)
    // Everything taken for one class, and answers of any class, tell of none.
    #expect(try #require(Self.evidence(sure: 900, lost: 700).marked).counts.fixedAnswers == nil)
    var next = 0
    let scattered = Self.evidence(sure: 900, lost: 700) { label in
      next += 1
      return (label + 1 + next / 10 % 9) % 10
    }
    #expect(try (#require(scattered.marked).counts.fixedAnswers ?? 0) < 0.2)
  }
}
