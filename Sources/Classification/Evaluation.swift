import Compute
import Models
import Records
import Training

/// A classifier's answers to labelled records, counted batch by batch.
package struct Evaluation {
  /// By label, how many records were taken for which class. Most pairs of many classes never occur.
  private var answers: [[Int: Int]]
  /// The sum of the cross-entropies, in nats.
  package private(set) var totalLoss = 0.0
  /// The names of the classes by the model's numbers, where the model or else the stream has them.
  package private(set) var classNames: [String]?
  private let matching: ClassMatching

  /// An evaluation of a model that has seen no record.
  ///
  /// - Parameter classes: the model's, and what labels are to it.
  package init(classes: ClassMatching) {
    matching = classes
    answers = [[Int: Int]](repeating: [:], count: classes.count)
  }

  /// Classes that the model tells apart.
  package var classes: Int { answers.count }
  /// How many records of a class were taken for each class. Precondition: the model knows the class.
  package func predictions(of label: Int) -> [Int] { (0..<classes).map { answers[label][$0, default: 0] } }
  /// Records of a class. Precondition: the model knows the class.
  package func count(of label: Int) -> Int { answers[label].values.reduce(0, +) }
  /// Records counted so far.
  package var count: Int { answers.indices.reduce(0) { $0 + count(of: $1) } }
  /// The share of records whose prediction is their label; nil where none was counted.
  package var accuracy: Double? {
    count > 0 ? Double(answers.indices.reduce(0) { $0 + answers[$1][$1, default: 0] }) / Double(count) : nil
  }
  /// The mean cross-entropy in nats; nil where none was counted.
  package var meanLoss: Double? { count > 0 ? totalLoss / Double(count) : nil }
  /// The share of each class's records that were predicted right; nil for a class without records.
  package var classAccuracies: [Double?] {
    answers.indices.map { label in
      let total = count(of: label)
      return total > 0 ? Double(answers[label][label, default: 0]) / Double(total) : nil
    }
  }

  /// Classifies a batch and counts the answers.
  ///
  /// - Throws: a data failure, worded with its place by `failure`, where pictures or labels do not suit the model, or its
  ///   answer is not a number.
  package mutating func add(
    _ batch: ImageBatch, model: any Classifier, failure: (_ record: Int, _ words: String) -> Failure
  ) throws {
    classNames = classNames ?? matching.names(besides: batch.classes)
    guard batch.count > 0 else { return }
    let pictures = try PictureBatch(batch, for: model, classes: matching, failure: failure)
    try pictures.forEachLogits(of: model, failure: failure) { logits, labels in
      for (prediction, label) in zip(logits.argmax, labels) { answers[label][prediction, default: 0] += 1 }
      totalLoss += crossEntropyOfEach(logits, labels: labels).reduce(0) { $0 + Double($1) }
    }
  }
}
