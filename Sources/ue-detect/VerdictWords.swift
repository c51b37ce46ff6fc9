import Detection
import Records

extension Verdict {
  /// The verdict in plain words: the share that looks unlearnable, how sure that is, and what to do next.
  func sentence(records: Int) -> String {
    let kept = retained.map { "\((100 * $0).fixed(0)) %" }
    switch finding {
    case .clean:
      let reason =
        kept.map {
          "the records that the classifier is sure of stay so without the perturbations (\($0) of them), so that it knows "
            + "them by what they show"
        } ?? "no group of records stands out by its scores"
      return
        "clean: none of \(records) records looks unlearnable: \(reason). The set can be trained on as it is; a poison "
        + "that neither the D-VAE nor the classifier has learnt would not be seen."
    case .poisoned:
      let reason =
        kept.map { "of those the classifier recognises only \($0) without the perturbations" }
        ?? "their scores stand apart from the others'"
      return "poisoned: \((100 * share).fixed(1)) % of \(records) records look unlearnable, give or take "
        + "\((100 * uncertainty).fixed(1)) points: \(reason). Purify these before training, or leave them out with "
        + "--keep clean."
    case .undecided:
      return
        "undecided: the classifier is sure of \((100 * share).fixed(1)) % of \(records) records, in one group: either "
        + "all are poisoned, or it knows the pictures by what they show. Give --control the records with their "
        + "perturbations subtracted, which tells the two apart."
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
