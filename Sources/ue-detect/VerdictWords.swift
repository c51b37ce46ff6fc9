import Detection
import Records

extension Verdict {
  /// The verdict in plain words: the share that looks unlearnable, how sure that is, and what to do next.
  func sentence(records: Int) -> String {
    "\(finding.rawValue): \(evidence.map { words($0) } ?? words(records: records))"
  }

  /// The words where groups told.
  private func words(records: Int) -> String {
    let part = "\(percent(share)) of \(counted(records, "record"))"
    switch finding {
    case .clean:
      return "none of \(records) records looks unlearnable: they are one group, without one that stands apart. Ask about "
        + "held-out records next (--held-out), since a set that is poisoned throughout is one group too."
    case .poisoned:
      return "\(part) look unlearnable, give or take \((100 * uncertainty).fixed(1)) points: they stand apart from the "
        + "others. Purify the flagged records before training, or leave them out with --threshold auto --keep clean."
    case .undecided:
      return "\(part) score high, in one group: either all are poisoned, or the classifier knows the pictures by what "
        + "they show. Ask about held-out records (--held-out) to tell the two apart."
    }
  }

  /// The words where classifiers were asked about held-out records.
  private func words(_ evidence: HeldOutEvidence) -> String {
    if let marked = evidence.marked { return poisoned(evidence, marked) }
    if let doubt = evidence.doubt { return "\(doubt.words(records: evidence.records))" }
    return "none of \(evidence.records) held-out records looks unlearnable: \(evidence.knowledge), and of those that it is "
      + "sure of it loses \(evidence.largestLoss). The set can be trained on as it is."
  }

  private func poisoned(_ evidence: HeldOutEvidence, _ marked: HeldOutEvidence.Answer) -> String {
    let interval = marked.counts.lostInterval
    let moved = marked.counts.fixedAnswers.map { share in
      share >= 0.5
        ? " Its answers then err into one fixed class a class (\(percent(share)) of them): features were moved, as by tap and "
          + "sep, and not marked."
        : ""
    }
    return "at least \(percent(interval.lowerBound)) of \(evidence.records) held-out records look unlearnable: of "
      + "\(percent(marked.counts.lostShare)) a classifier of \(marked.view.rawValue) pictures was sure, and no longer knows them "
      + "\(marked.question.words).\(moved ?? "") Purify the set before training."
  }

  /// The same for programs.
  var json: JSON {
    [
      "finding": .string(finding.rawValue), "share": .number(share), "uncertainty": .number(uncertainty),
      "held_out": evidence.map { $0.json } ?? .null,
    ]
  }
}

extension HeldOutEvidence {
  fileprivate var knowledge: String {
    guard let first = classifiers.first else { return "" }
    return "a classifier of the others knows \(percent(Double(first.known) / Double(max(1, records)))) of them"
  }

  fileprivate var largestLoss: String {
    guard let answer = answers.filter({ $0.question != .gray }).max(by: { $0.counts.lostShare < $1.counts.lostShare })
    else { return "none" }
    return "\(percent(answer.counts.lostShare)) at most (\(answer.view.rawValue) pictures, \(answer.question.words))"
  }

  fileprivate var json: JSON {
    [
      "records": .integer(records), "psnr": psnr.map { .number($0) } ?? .null,
      "classifiers": .array(
        classifiers.map { classifier in
          [
            "view": .string(classifier.view.rawValue), "known": .integer(classifier.known),
            "sure": .integer(classifier.sure),
            "questions": .array(
              classifier.questions.map { question, counts in
                ["question": .string(question.rawValue), "known": .integer(counts.known), "lost": .integer(counts.lost)]
              }),
          ]
        }),
      "fixed_answers": marked?.counts.fixedAnswers.map { .number($0) } ?? .null,
    ]
  }
}

extension HeldOutEvidence.Doubt {
  fileprivate func words(records: Int) -> String {
    switch self {
    case .fewRecords:
      "\(records) held-out records are too few to tell; \(HeldOutEvidence.Limits.fewestRecords) are needed, twice as many in all."
    case .psnr(let psnr):
      "the D-VAE reconstructs at \(psnr.fixed(1)) dB only, where \(HeldOutEvidence.Limits.lowestPSNR.fixed(0)) is the least "
        + "that tells anything. Train it for longer (--epochs) or wider (--width)."
    case .unsure(let view, let share):
      "a classifier of \(view.rawValue) pictures knows only \(percent(share)) of \(records) records that it was not trained "
        + "on, so that no loss would show. Train it on more records, for more epochs (--epochs) or wider (--width)."
    case .between(let view, let question):
      "of \(records) held-out records a classifier of \(view.rawValue) pictures loses more \(question.words) than of clean "
        + "sets, and less than of poisoned ones. Give more records."
    }
  }
}

extension Question {
  fileprivate var words: String {
    switch self {
    case .jpeg10: "through JPEG 10"
    case .jpeg30: "through JPEG 30"
    case .gray: "without colours"
    case .blur: "through a blur"
    case .subtracted: "without their perturbations"
    case .reconstructed: "as a D-VAE reconstructs them"
    }
  }
}

private func percent(_ share: Double) -> String { "\((100 * share).fixed(1)) %" }
