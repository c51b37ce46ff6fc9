/// How well marks agree with what is known to be true; unlearnable records are the positives.
package struct DetectionFigures: Sendable, Equatable {
  /// Poisoned records that were flagged.
  package private(set) var truePositives = 0
  /// Clean records that were flagged.
  package private(set) var falsePositives = 0
  /// Poisoned records that were not flagged.
  package private(set) var falseNegatives = 0
  /// Clean records that were not flagged.
  package private(set) var trueNegatives = 0

  /// No record counted.
  package init() {}

  /// Counts a record.
  package mutating func add(flagged: Bool, poisoned: Bool) {
    switch (flagged, poisoned) {
    case (true, true): truePositives += 1
    case (true, false): falsePositives += 1
    case (false, true): falseNegatives += 1
    case (false, false): trueNegatives += 1
    }
  }

  /// The share of records marked right; nil where none was counted.
  package var accuracy: Double? {
    share(truePositives + trueNegatives, of: truePositives + falsePositives + falseNegatives + trueNegatives)
  }
  /// The share of poisoned records that were flagged; nil where there are none.
  package var recall: Double? { share(truePositives, of: truePositives + falseNegatives) }
  /// The share of flagged records that are poisoned; nil where none was flagged.
  package var precision: Double? { share(truePositives, of: truePositives + falsePositives) }
  /// The harmonic mean of precision and recall, 2·TP / (2·TP + FP + FN); nil where nothing is poisoned or flagged.
  package var f1: Double? { share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives) }

  private func share(_ part: Int, of whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
}

/// The area under the receiver operating characteristic: the probability that a positive scores higher than a negative, a
/// tie counting half (the Mann-Whitney statistic over the product of both counts).
///
/// - Returns: nil where there are no positives or no negatives.
package func receiverOperatingArea(positives: [Float], negatives: [Float]) -> Double? {
  guard !positives.isEmpty, !negatives.isEmpty else { return nil }
  let (positives, negatives) = (positives.sorted(), negatives.sorted())
  var (below, upTo, pairs) = (0, 0, 0.0)
  for score in positives {
    while below < negatives.count, negatives[below] < score { below += 1 }
    upTo = max(upTo, below)
    while upTo < negatives.count, negatives[upTo] <= score { upTo += 1 }
    pairs += Double(below) + Double(upTo - below) / 2
  }
  return pairs / (Double(positives.count) * Double(negatives.count))
}
