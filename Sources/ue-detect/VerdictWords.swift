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
      return
        "none of \(records) records looks unlearnable: they are one group, without one that stands apart. Ask about "
        + "held-out records next (--held-out), since a set that is poisoned throughout is one group too."
    case .poisoned:
      return "\(part) look unlearnable, give or take \((100 * uncertainty).fixed(1)) points: they stand apart from the "
        + "others. Purify the flagged records before training, or leave them out with --threshold auto --keep clean."
    case .undecided:
      return "\(part) score high, in one group: either all are poisoned, or the classifier knows the pictures by what "
        + "they show. Ask about held-out records (--held-out) to tell the two apart."
    }
  }

  /// The words where a classifier was asked about held-out records.
  private func words(_ evidence: SwapEvidence) -> String {
    if let mark = evidence.mark { return poisoned(evidence, mark) }
    if let doubt = evidence.doubt { return doubt.words(evidence) }
    return "none of \(evidence.counted) looks unlearnable: a classifier of \(evidence.trainedOn) knows "
      + "\(percent(evidence.knownShare)) of them, keeps \(percent(1 - evidence.loss.share)) of what it is sure of through JPEG "
      + "30, and at most \(percent(max(0, evidence.pull(evidence.strongest)))) of other pictures follow their "
      + "\(evidence.strongest.words). The set can be trained on as it is."
  }

  private func poisoned(_ evidence: SwapEvidence, _ mark: SwapEvidence.Mark) -> String {
    let why =
      switch mark {
      case .pull(let detail):
        "so many more pictures of other classes are taken for a record's class once they are given its \(detail.words)"
      case .loss:
        "of \(percent(evidence.loss.share)) of what a classifier of \(evidence.trainedOn) was sure of it is not through "
          + "JPEG 30"
      case .slightLoss:
        "of \(percent(evidence.slightLoss.share)) of what a classifier of \(evidence.trainedOn) was sure of it is not where "
          + "JPEG 30 has changed samples by 8 levels at most"
      }
    let moved = evidence.loss.fixedAnswers.map { share in
      share >= 0.5
        ? " What is lost through JPEG 30 is taken for one fixed class a class (\(percent(share)) of it): features were moved, as "
          + "by tap and sep, and not marked."
        : ""
    }
    return "\(percent(share)) of \(evidence.counted) look unlearnable, give or take "
      + "\((100 * uncertainty).fixed(1)) points: \(why).\(moved ?? "") Purify the set before training."
  }

  /// The same for programs.
  var json: JSON {
    [
      "finding": .string(finding.rawValue), "share": .number(share), "uncertainty": .number(uncertainty),
      "least_share": .number(leastShare), "held_out": evidence.map { $0.json } ?? .null,
    ]
  }
}

extension SwapEvidence {
  /// How many records there are, and of which kind.
  fileprivate var counted: String {
    "\(records) \(source == .heldOut ? "held-out " : "")record\(records == 1 ? "" : "s")"
  }
  /// What the classifier has learnt.
  fileprivate var trainedOn: String { source == .heldOut ? "the others" : "all of them" }
  /// What the records are to it.
  fileprivate var training: String { source == .heldOut ? "not trained on" : "trained on" }
  /// How many records are needed at least.
  fileprivate var needed: String {
    "\(Limits.fewestRecords) are needed" + (source == .heldOut ? ", twice as many in all" : "")
  }

  fileprivate var json: JSON {
    [
      "source": source == .heldOut ? "held-out" : "learnt", "records": .integer(records), "known": .integer(known),
      "least_known": .number(leastKnown),
      "sure": .integer(loss.sure), "lost": .integer(loss.lost), "slightly_lost": .integer(slightLoss.lost),
      "fixed_answers": loss.fixedAnswers.map { .number($0) } ?? .null,
      "swaps": .array(
        swaps.map { detail, counts in
          [
            "detail": .string(detail.rawValue), "swapped": .integer(counts.records),
            "followed": .integer(counts.followed), "before": .integer(counts.before), "pull": .number(counts.pull),
            "lower": .number(counts.interval.lowerBound), "upper": .number(counts.interval.upperBound),
            "clean_pull": .number(Limits.cleanPull(detail, source)),
            "poisoned_pull": .number(Limits.poisonedPull(detail, source)),
          ]
        }),
      "marked_by": mark == nil ? .null : .string(strongest.rawValue),
    ]
  }
}

extension SwapEvidence.Doubt {
  fileprivate func words(_ evidence: SwapEvidence) -> String {
    switch self {
    case .fewRecords:
      "\(evidence.counted) are too few to tell; \(evidence.needed)."
    case .unknown(let share):
      "the classifier knows only \(percent(share)) of \(evidence.records) records that it was \(evidence.training), where "
        + "\(percent(evidence.leastKnown)) is the least that tells anything. Train it on more records, for more epochs "
        + "(--epochs) or wider (--width)."
    case .between(.pull(let detail)):
      "\(percent(evidence.pull(detail))) of other pictures follow the \(detail.words) of \(evidence.counted); "
        + "that may be a weak poison, and may be chance. Give more records."
    case .between(.loss):
      "a classifier of \(evidence.trainedOn) loses \(percent(evidence.loss.share)) of the \(evidence.loss.sure) records that it is "
        + "sure of through JPEG 30; that may be a poison, and may be chance. Give more records, or train for more epochs."
    case .between(.slightLoss):
      "a classifier of \(evidence.trainedOn) loses \(percent(evidence.slightLoss.share)) of the \(evidence.slightLoss.sure) "
        + "records that it is sure of where JPEG 30 changes samples by 8 levels at most; that may be a poison, and may be chance. "
        + "Give more records, or train for more epochs."
    }
  }
}

extension Detail {
  fileprivate var words: String {
    switch self {
    case .jpeg: "fine detail (what JPEG 10 drops)"
    case .median: "noise (what a median of 5x5 takes)"
    case .gray: "colours"
    case .pixel: "pixel that stands out most"
    }
  }
}

private func percent(_ share: Double) -> String { "\((100 * share).fixed(1)) %" }
