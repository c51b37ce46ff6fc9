/// What the evidence of held-out records tells.
extension HeldOutEvidence {
  /// A question to the classifier of a view, and what came of it.
  package typealias Answer = (view: View, question: Question, counts: QuestionCounts)

  /// Why it cannot be told.
  package enum Doubt: Sendable, Equatable {
    /// Too few records were held out.
    case fewRecords
    /// A D-VAE whose reconstructions have this PSNR in dB is not trained enough.
    case psnr(Double)
    /// The classifier of a view is sure of so small a share that losses would not show.
    case unsure(View, Double)
    /// More is lost under a question than clean sets lose, and less than poisoned ones.
    case between(View, Question)
  }

  /// What the set looks like.
  package var finding: Verdict.Finding {
    if marked != nil { return .poisoned }
    return doubt == nil ? .clean : .undecided
  }

  /// The answer that tells of a poison: of those beyond their limits the one that loses most; nil where there is none.
  package var marked: Answer? {
    answers.filter { Limits.of($0)?.isPoisoned($0.counts) ?? false }.max { $0.counts.lostShare < $1.counts.lostShare }
  }

  /// Why a set without such an answer cannot be called clean; nil where it can.
  package var doubt: Doubt? {
    guard records >= Limits.fewestRecords else { return .fewRecords }
    if let psnr, psnr < Limits.lowestPSNR { return .psnr(psnr) }
    for classifier in classifiers {
      let share = Double(classifier.known) / Double(records)
      guard share >= Limits.leastKnown else { return .unsure(classifier.view, share) }
    }
    let open = answers.filter { answer in Limits.of(answer).map { !$0.isClean(answer.counts) } ?? false }
    return open.max { $0.counts.lostShare < $1.counts.lostShare }.map { .between($0.view, $0.question) }
  }

  /// The share of all records that are lost under the question that tells of a poison; 0 where none does.
  package var lostShare: Double { marked?.counts.lostShare ?? 0 }

  /// Every question to every classifier.
  package var answers: [Answer] {
    classifiers.flatMap { classifier in
      classifier.questions.map { (view: classifier.view, question: $0.question, counts: $0.counts) }
    }
  }

  /// What clean and poisoned sets lose under one question: shares of all held-out records, and of those that a classifier
  /// was sure of.
  ///
  /// Both count. Much is lost of a set only where it knew much, and a classifier that knows drawn shapes well loses many of
  /// them by fine detail, but a smaller part of what it was sure of than of noise.
  package struct Limits: Sendable {
    /// The fewest held-out records.
    package static let fewestRecords = 250
    /// The lowest PSNR in dB of reconstructed records.
    package static let lowestPSNR = 18.0
    /// The least share of held-out records that a classifier knows.
    package static let leastKnown = 0.2

    /// The most that a clean set loses of all records and of those it was sure of; one of the two is enough.
    let clean: (all: Double, sure: Double)
    /// The least that a poisoned set loses of both.
    let poisoned: (all: Double, sure: Double)

    /// The limits of a question that tells by itself; nil of the others, which are shown as evidence.
    static func of(_ answer: Answer) -> Limits? {
      switch (answer.view, answer.question) {
      case (.plain, .jpeg10), (.plain, .subtracted), (.augmented, .jpeg10), (.augmented, .subtracted):
        Limits(clean: (0.06, 0.2), poisoned: (0.1, 0.4))
      case (.sharpened, .jpeg30): Limits(clean: (0.1, 0.24), poisoned: (0.12, 0.28))
      case (.plain, .gray), (.augmented, .gray): Limits(clean: (0.35, 0.5), poisoned: (0.5, 0.7))
      default: nil
      }
    }

    func isPoisoned(_ counts: QuestionCounts) -> Bool {
      counts.lostInterval.lowerBound > poisoned.all && counts.lostOfSureInterval.lowerBound > poisoned.sure
    }

    func isClean(_ counts: QuestionCounts) -> Bool {
      counts.lostInterval.upperBound < clean.all || counts.lostOfSureInterval.upperBound < clean.sure
    }
  }
}
