import Compute
import Glibc
import Models
import Records
import Training

/// What a classifier makes of one labelled record.
package struct RecordScore: Sendable, Equatable {
  /// The logarithm of the odds of the record's own label against all others, in nats. Unlike the probability it tells
  /// records apart of which the classifier is all but certain.
  package let logOdds: Float
  /// The class that it takes the record for.
  package let prediction: Int
  /// The own label, by the classifier's numbers.
  package let label: Int
  /// Whether that is the prediction.
  package let isPredicted: Bool

  /// A score of the parts given.
  package init(logOdds: Float, prediction: Int = 0, label: Int = 0, isPredicted: Bool) {
    (self.logOdds, self.prediction, self.label, self.isPredicted) = (logOdds, prediction, label, isPredicted)
  }

  /// The score of several for the same label: the mean logarithm of the odds, and whether more than half predict it.
  /// Precondition: there is one.
  init(mean scores: [RecordScore]) {
    precondition(!scores.isEmpty, "no score has no mean")
    self.init(
      logOdds: scores.reduce(0) { $0 + $1.logOdds } / Float(scores.count), prediction: scores[0].prediction,
      label: scores[0].label, isPredicted: 2 * scores.count { $0.isPredicted } > scores.count)
  }

  /// What a classifier makes of a batch's records.
  ///
  /// - Parameter classes: what labels are to it.
  /// - Throws: a data failure, worded with its place by `failure`, where pictures or labels do not suit it.
  static func all(
    _ batch: ImageBatch, by model: any Classifier, classes: ClassMatching,
    failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> [RecordScore] {
    guard batch.count > 0 else { return [] }
    var scores: [RecordScore] = []
    let pictures = try PictureBatch(batch, for: model, classes: classes, failure: failure)
    try pictures.forEachLogits(of: model, failure: failure) {
      scores += all($0, labels: $1)
    }
    return scores
  }

  /// The probability of the own label, 0 to 1.
  package var probability: Float { 1 / (1 + expf(-logOdds)) }

  /// The scores of records from their logits [N, classes] and labels. Precondition: there are two classes or more.
  package static func all(_ logits: Tensor, labels: [Int]) -> [RecordScore] {
    let (classes, values) = (logits.shape[1], logits.values)
    precondition(classes > 1, "one class alone has no odds")
    return zip(logits.argmax, labels).enumerated().map { row, answer in
      let (prediction, label) = answer
      var others = Array(values[row * classes..<(row + 1) * classes])
      let own = others.remove(at: label)
      let largest = others.reduce(-Float.infinity, max)
      let sum = others.reduce(0) { $0 + expf($1 - largest) }
      return RecordScore(
        logOdds: own - largest - logf(sum), prediction: prediction, label: label, isPredicted: prediction == label)
    }
  }
}

extension Classifier {
  /// - Throws: a data failure where it knows one class only, whose label has no odds.
  func checkTellsApart() throws {
    guard configuration.classes > 1 else {
      throw Failure(.data, "the classifier knows one class only and so tells nothing apart; train it on several")
    }
  }
}

/// What a detection says of one record: the columns `score` and `flag`.
struct RecordMark {
  /// Nearer to certainty there is nothing that a Float's probability could tell apart.
  private static let nearCertain = 1e-15

  /// The logarithm of the odds of what `probability` tells.
  let logOdds: Float
  /// The record's label, by the classifier's numbers.
  let label: Int
  /// The column `score`, 0 to 1.
  let probability: Float
  /// The column `flag`.
  let isFlagged: Bool

  /// A mark by what the classifier makes of the record.
  init(_ score: RecordScore, isFlagged: Bool) {
    (logOdds, label, probability) = (score.logOdds, score.label, score.probability)
    self.isFlagged = isFlagged
  }

  /// A mark by a probability, 0 to 1, the ends included.
  init(probability: Double, label: Int, isFlagged: Bool) {
    let inside = min(max(probability, Self.nearCertain), 1 - Self.nearCertain)
    (logOdds, self.label) = (Float(log(inside / (1 - inside))), label)
    (self.probability, self.isFlagged) = (Float(probability), isFlagged)
  }
}

/// The column `score` that records hold of an earlier detection by the same classifier: for other flags nothing is
/// classified again.
struct EarlierScores {
  /// The digest of the classifier, by which the last detection in the records' history must have been.
  let digest: String
  /// What labels are to it.
  let classes: ClassMatching

  /// The marks of a batch's records, of which those with at least the score given are flagged.
  ///
  /// - Throws: a data failure where they hold no scores of that classifier, or labels do not suit it.
  func marks(_ batch: ImageBatch, _ reader: RecordReader, least: Float) throws -> [RecordMark] {
    let detection = batch.history.last { $0.command.hasPrefix("ue-detect ") }
    guard let scores = batch.scores, detection?.models == [digest] else {
      throw reader.failure("there is no column score by this model; detect without --scored first")
    }
    if let record = scores.firstIndex(where: { !(0...1).contains($0) }) {
      throw reader.failure(record: record, "its score is \(scores[record]), where 0 to 1 is expected")
    }
    guard let labels = batch.labels else { throw reader.failure("there is no column label to count by") }
    let numbers = try classes.numbers(labels, of: batch.classes) { reader.failure(record: $0, $1) }
    return zip(scores, numbers).map { score, label in
      RecordMark(probability: Double(score), label: label, isFlagged: score >= least)
    }
  }
}
