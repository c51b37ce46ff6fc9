import Models
import RecordTools
import Records
import Training

/// Classifiers asked about records that took no part in their training, as they are and with something taken from them.
///
/// One classifier of a view was trained on other records of the same set. What it has learnt of pictures holds for these
/// too, and mostly without their detail; what it has learnt of a shortcut holds as well, until the shortcut is gone.
package struct HeldOutQuestions {
  private let models: [(view: View, model: any Classifier)]
  private var evidence: HeldOutEvidence

  /// Questions for classifiers, each of a view of its own.
  ///
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart, and where two do not know the same
  ///   number of classes.
  package init(_ models: [(view: View, model: any Classifier)]) throws {
    let classes = Set(models.map(\.model.configuration.classes))
    guard classes.count == 1, let count = classes.first else {
      throw Failure(.data, "the classifiers know \(classes.sorted()) classes; train them on records of one set")
    }
    guard count > 1 else { throw OneClass.failure }
    self.models = models
    evidence = HeldOutEvidence(models.map { (view: $0.view, classes: count) })
  }

  /// Asks about all records of a stream.
  ///
  /// - Parameter changed: the same records as a D-VAE has changed them, in the same order.
  /// - Throws: a data failure where pictures or labels do not suit the models, streams are not of the same records, or
  ///   there are none; what reading throws.
  package mutating func run(
    _ reader: RecordReader, changed: [(question: Question, reader: RecordReader)]
  ) throws -> HeldOutEvidence {
    var records = RecordQueue(reader)
    var others = changed.map { (question: $0.question, queue: RecordQueue($0.reader)) }
    while case let count = try waiting(&records, &others), count > 0 {
      guard let batch = records.take(count) else { break }
      let before = try models.map { try scores(batch, $0.view, $0.model, reader) }
      let labels = batch.labels ?? []
      evidence.add(before, labels: labels)
      for question in Question.allCases {
        guard let squeezing = question.squeezing else { continue }
        let squeezed = try squeezing.apply(batch) { reader.failure(record: $0, $1) }
        try ask(question, squeezed, before, labels, reader)
      }
      for index in others.indices {
        guard let other = others[index].queue.take(count) else { continue }
        try check(other, against: batch, others[index].queue)
        if others[index].question == .reconstructed { try evidence.addErrors(batch, other, others[index].queue.reader) }
        try ask(others[index].question, other, before, labels, others[index].queue.reader)
      }
    }
    guard evidence.records > 0 else { throw reader.failure("the stream holds no records to judge") }
    return evidence
  }

  /// How many records all streams can give at once; 0 at the end of all.
  private func waiting(
    _ records: inout RecordQueue, _ others: inout [(question: Question, queue: RecordQueue)]
  ) throws -> Int {
    var count = try records.waiting()
    let isOver = count == 0
    for index in others.indices {
      let waits = try others[index].queue.waiting()
      if isOver, waits > 0 { throw records.endsEarly(before: others[index].queue) }
      if !isOver, waits == 0 { throw others[index].queue.endsEarly(before: records) }
      count = min(count, waits)
    }
    return count
  }

  private func check(_ other: ImageBatch, against batch: ImageBatch, _ queue: RecordQueue) throws {
    guard let labels = batch.labels, let found = other.labels else { return }
    guard let row = labels.indices.first(where: { labels[$0] != found[$0] }) else { return }
    throw queue.reader.failure(
      "record \(queue.taken - other.count + row) has the label \(found[row]), and of the set \(labels[row]): changed "
        + "records are to be the set's own in its order")
  }

  private mutating func ask(
    _ question: Question, _ batch: ImageBatch, _ before: [[RecordScore]], _ labels: [Int], _ reader: RecordReader
  ) throws {
    for (index, classifier) in models.enumerated() {
      let after = try scores(batch, classifier.view, classifier.model, reader)
      evidence.add(question, of: index, before[index], after, labels: labels)
    }
  }

  private func scores(
    _ batch: ImageBatch, _ view: View, _ model: any Classifier, _ reader: RecordReader
  ) throws -> [RecordScore] {
    let failure = { reader.failure(record: $0, $1) }
    let seen = view == .sharpened ? try ImageShortcutSqueezing(.sharpen).apply(batch, failure: failure) : batch
    return try RecordScore.all(seen, by: model, failure: failure)
  }
}
