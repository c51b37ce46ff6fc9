import Compute
import Glibc

/// What a classifier makes of one labelled record.
package struct RecordScore: Sendable, Equatable {
  /// The logarithm of the odds of the record's own label against all others, in nats. Unlike the probability it tells
  /// records apart of which the classifier is all but certain.
  package let logOdds: Float
  /// Whether the own label is the prediction.
  package let isPredicted: Bool

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
      return RecordScore(logOdds: own - largest - logf(sum), isPredicted: prediction == label)
    }
  }
}
