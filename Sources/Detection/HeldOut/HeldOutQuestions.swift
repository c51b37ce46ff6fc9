import Models
import RecordTools
import Records
import Training

/// Classifiers asked about records that took no part in their training, as they are and with something taken from them.
///
/// One classifier of a view was trained on other records of the same set. What it has learnt of pictures holds for these
/// too, and mostly without their detail; what it has learnt of a shortcut holds as well, until the shortcut is gone.
package struct HeldOutQuestions {
  /// A classifier of a view, and what the labels of records are to it.
  package typealias Asked = (view: View, model: any Classifier, classes: ClassMatching)

  private let models: [Asked]
  private var evidence: HeldOutEvidence

  /// Questions for classifiers, each of a view of its own.
  ///
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart, and where two do not know the same
  ///   number of classes.
  package init(_ models: [Asked]) throws {
    let classes = Set(models.map(\.model.configuration.classes))
    guard classes.count == 1, let count = classes.first else {
      throw Failure(.data, "the classifiers know \(classes.sorted()) classes; train them on records of one set")
    }
    for (_, model, _) in models { try model.checkTellsApart() }
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
    var streams = AlignedRecords([reader] + changed.map(\.reader))
    while let batches = try streams.next() {
      let batch = batches[0]
      let before = try models.map { try scores(batch, $0, reader) }
      evidence.add(before)
      for question in Question.allCases {
        guard let filter = question.filter else { continue }
        try ask(question, filter.apply(batch) { reader.failure(record: $0, $1) }, before, reader)
      }
      for (other, stream) in zip(batches.dropFirst(), changed) {
        try check(other, against: batch, stream.reader, end: streams.taken)
        if stream.question == .reconstructed { try addErrors(batch, other, stream.reader) }
        try ask(stream.question, other, before, stream.reader)
      }
    }
    guard evidence.records > 0 else { throw reader.failure("the stream holds no records to judge") }
    return evidence
  }

  /// - Parameter end: how many records have passed with this batch.
  private func check(_ other: ImageBatch, against batch: ImageBatch, _ reader: RecordReader, end: Int) throws {
    guard let labels = batch.labels, let found = other.labels else { return }
    guard let row = labels.indices.first(where: { labels[$0] != found[$0] }) else { return }
    throw reader.failure(
      "record \(end - other.count + row) has the label \(found[row]), and of the set \(labels[row]): changed records are "
        + "to be the set's own in its order")
  }

  private mutating func addErrors(_ batch: ImageBatch, _ other: ImageBatch, _ reader: RecordReader) throws {
    guard let image = batch.image, let reconstructed = other.image else { return }
    do {
      try evidence.addErrors(image, reconstructed)
    } catch let fault as Failure {
      throw reader.failure("the column image and the set's: \(fault.message)")
    }
  }

  private mutating func ask(
    _ question: Question, _ batch: ImageBatch, _ before: [[RecordScore]], _ reader: RecordReader
  ) throws {
    for (index, classifier) in models.enumerated() {
      evidence.add(question, of: index, before[index], try scores(batch, classifier, reader))
    }
  }

  private func scores(_ batch: ImageBatch, _ asked: Asked, _ reader: RecordReader) throws -> [RecordScore] {
    let failure = { reader.failure(record: $0, $1) }
    let seen = asked.view == .sharpened ? try PictureFilter(.sharpen).apply(batch, failure: failure) : batch
    return try RecordScore.all(seen, by: asked.model, classes: asked.classes, failure: failure)
  }
}
