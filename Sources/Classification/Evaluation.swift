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

  /// Pixels that pass at a time: 256 pictures of 32×32.
  private static let pixelsAtOnce = 256 * 1024

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
    guard let image = batch.image else { throw failure(0, "there is no column image to classify") }
    guard let labels = batch.labels else { throw failure(0, "there is no column label to compare with") }
    guard image.recordShape.first == model.configuration.channels else {
      throw failure(
        0, "pictures are \(image.recordShape) where the model takes \(model.configuration.channels) channels")
    }
    if let record = labels.firstIndex(where: { !confusion.indices.contains($0) }) {
      throw failure(record, "label \(labels[record]) is not one of the model's \(confusion.count) classes")
    }
    if let fault = image.pictureFault { throw failure(fault.record, fault.words) }
    let length = max(1, Self.pixelsAtOnce / max(1, image.recordShape.dropFirst().reduce(1, *)))
    for first in stride(from: 0, to: batch.count, by: length) {
      let rows = first..<min(batch.count, first + length)
      let part = image.records(rows)
      let x = Tensor(pictures: part.bytes, type: part.type, count: rows.count, shape: part.recordShape)
      try count(model(x, training: false), labels: Array(labels[rows])) { failure(first + $0, $1) }
    }
  }

  private mutating func count(
    _ logits: Tensor, labels: [Int], failure: (_ record: Int, _ words: String) -> Failure
  ) throws {
    let scores = logits.values
    if let index = scores.firstIndex(where: { !$0.isFinite }) {
      throw failure(
        index / confusion.count, "the model makes \(scores[index]) of this picture; its weights may be damaged")
    }
    for (prediction, label) in zip(logits.largestColumns, labels) { confusion[label][prediction] += 1 }
    totalLoss += crossEntropyOfEach(logits, labels: labels).reduce(0) { $0 + Double($1) }
  }
}
