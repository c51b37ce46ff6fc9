import Detection
import Records

extension Verdict {
  /// The verdict in plain words: the share that looks unlearnable, how sure that is, and what to do next.
  func sentence(records: Int) -> String {
    "\(finding.rawValue): \(words(records: records))"
  }

  private func words(records: Int) -> String {
    let kept = retained.map { "\((100 * $0).fixed(1)) %" }
    let (part, error) = ("\((100 * share).fixed(1)) % of \(records) records", "\((100 * uncertainty).fixed(1)) points")
    switch finding {
    case .clean:
      let reason =
        kept.map { "\($0) of those that the classifier is sure of it still knows without their perturbations" }
        ?? "they are one group, without one that stands apart"
      return
        "none of \(records) records looks unlearnable: \(reason). The set can be trained on as it is; a poison that "
        + "the D-VAE has not learnt would not be seen."
    case .poisoned:
      let reason =
        kept.map { "only \($0) of those that the classifier is sure of it still knows without their perturbations" }
        ?? "they stand apart from the others"
      let advice =
        kept == nil
        ? "Purify the flagged records before training, or leave them out with --threshold auto --keep clean."
        : "Purify the set before training. Which records they are only a classifier of perturbed pictures can tell."
      return "\(kept == nil ? "" : "at least ")\(part) look unlearnable, give or take \(error): \(reason). \(advice)"
    case .undecided where share > 0:
      return "\(part) score high, in one group: either all are poisoned, or the classifier knows the pictures by what "
        + "they show. Give --subtracted, with a classifier trained on the records as they are, to tell the two apart."
    case .undecided where (sure ?? 0) >= Verdict.smallestSure:
      return "of those of \(records) records that the classifier is sure of it still knows \(kept ?? "") without their "
        + "perturbations: more than of a poisoned set, less than of a clean one. Train the D-VAE wider or for longer, or "
        + "give more records."
    case .undecided:
      return
        "the classifier is sure of too few of the \(records) records to miss any without their perturbations. Train "
        + "it on these records, for more epochs."
    }
  }

  /// The same for programs.
  var json: JSON {
    [
      "finding": .string(finding.rawValue), "share": .number(share), "uncertainty": .number(uncertainty),
      "retained": retained.map { .number($0) } ?? .null,
    ]
  }
}
