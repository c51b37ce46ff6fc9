import Glibc

/// What a detection says of one record: the columns `score` and `flag`.
struct RecordMark {
  /// Nearer to certainty there is nothing that a Float's probability could tell apart.
  private static let nearCertain = 1e-15

  /// The logarithm of the odds of what `probability` tells.
  let logOdds: Float
  /// The column `score`, 0 to 1.
  let probability: Float
  /// The column `flag`.
  let isFlagged: Bool

  /// A mark by what the classifier makes of the record.
  init(_ score: RecordScore, isFlagged: Bool) {
    (logOdds, probability, self.isFlagged) = (score.logOdds, score.probability, isFlagged)
  }

  /// A mark by the chance that the record bears its class's perturbation, 0 to 1, the ends included.
  init(chance: Double) {
    let inside = min(max(chance, Self.nearCertain), 1 - Self.nearCertain)
    (logOdds, probability, isFlagged) = (Float(log(inside / (1 - inside))), Float(chance), chance >= 0.5)
  }
}
