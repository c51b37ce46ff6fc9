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

/// The receiver operating characteristic of scores, counted in bins so that it takes no more memory for more records.
///
/// A bin holds the scores that agree in sign, exponent and the first eleven digits of the fraction, a relative width of
/// 2⁻¹¹; within a bin scores count as equal.
package struct OperatingCharacteristic: Sendable {
  /// Negatives and positives by the bin's place in the order of scores.
  private var bins: [UInt32: (negatives: Int, positives: Int)] = [:]

  /// No score counted.
  package init() {}

  /// Bins that hold a score, at most 2²⁰.
  var count: Int { bins.count }

  /// Counts a score, which is a number.
  package mutating func add(_ score: Float, isPositive: Bool) {
    // −0 and 0 are one score. Of negative numbers the bits grow the other way.
    let bits = (score == 0 ? 0 : score).bitPattern
    let place = (bits >> 31 == 1 ? ~bits : bits | 1 << 31) >> 12
    if isPositive { bins[place, default: (0, 0)].positives += 1 } else { bins[place, default: (0, 0)].negatives += 1 }
  }

  /// The area under it: the probability that a positive scores higher than a negative, a tie counting half (the
  /// Mann-Whitney statistic over the product of both counts); nil where there are no positives or no negatives.
  package var area: Double? {
    var (below, positives, pairs) = (0, 0, 0.0)
    for (_, bin) in bins.sorted(by: { $0.key < $1.key }) {
      pairs += Double(bin.positives) * (Double(below) + Double(bin.negatives) / 2)
      below += bin.negatives
      positives += bin.positives
    }
    return below > 0 && positives > 0 ? pairs / (Double(positives) * Double(below)) : nil
  }
}
