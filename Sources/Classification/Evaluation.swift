import Compute
import Models
import Records
import Training

/// A classifier's answers to labelled records, counted batch by batch.
public struct Evaluation: Sendable {
  /// confusion[label][prediction]: how many records.
  public private(set) var confusion: [[Int]]
  /// The sum of the cross-entropies, in nats.
  public private(set) var totalLoss = 0.0
  /// The names of the classes, where the stream has them.
  public private(set) var classNames: [String]?

  /// An evaluation of a model with the given number of classes that has seen no record.
  public init(classes: Int) {
    confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
  }

  /// Records counted so far.
  public var count: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }
  /// The share of records whose prediction is their label; nil where none was counted.
  public var accuracy: Double? {
    count > 0 ? Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(count) : nil
  }
  /// The mean cross-entropy in nats; nil where none was counted.
  public var meanLoss: Double? { count > 0 ? totalLoss / Double(count) : nil }
  /// The share of each class's records that were predicted right; nil for a class without records.
  public var classAccuracies: [Double?] {
    confusion.enumerated().map { label, row in
      let total = row.reduce(0, +)
      return total > 0 ? Double(row[label]) / Double(total) : nil
    }
  }

  /// Classifies a batch and counts the answers.
  ///
  /// - Throws: a data failure, worded with its place by `failure`, where pictures or labels do not suit the model, or its
  ///   answer is not a number.
  public mutating func add(
    _ batch: ImageBatch, model: ResNet18, failure: (_ record: Int, _ words: String) -> Failure
  ) throws {
    classNames = classNames ?? batch.classes
    guard batch.count > 0 else { return }
    try LabelledPictures(batch, for: model, failure: failure).forEachAnswer(failure: failure) { logits, labels in
      for (prediction, label) in zip(logits.largestColumns, labels) { confusion[label][prediction] += 1 }
      totalLoss += crossEntropyOfEach(logits, labels: labels).reduce(0) { $0 + Double($1) }
    }
  }
}
