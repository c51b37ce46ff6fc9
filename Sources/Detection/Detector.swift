import Models
import Records
import Training

/// Tells unlearnable records from clean ones (PAPER 5.1, METHODS 7.3).
///
/// The classifier was trained on the same records with perturbations added. It has learnt the perturbations, and so it
/// knows the labels of poisoned records and only guesses those of clean ones.
package struct Detector {
  /// What makes a record one that is flagged.
  package enum Rule: Sendable, Equatable {
    /// The classifier predicts its label: the published rule.
    case prediction
    /// It is of the upper of two groups, which are found without ground truth: groups of pictures, which the
    /// predictions are the first guess of, or where those do not lie apart, groups of scores.
    case groups
    /// The probability of its label is at least this.
    case probability(Float)
  }

  /// Which records go on.
  package enum Kept: String, Sendable, CaseIterable { case all, clean, unlearnable }

  /// How it is asked whether the set is poisoned at all (`Verdict`).
  package enum Question {
    /// By the groups that pictures or else scores fall into.
    case groups
    /// By the same records with perturbations subtracted, which the reader gives in the order of the set.
    case subtraction(RecordReader)
  }

  let model: any Classifier
  let rule: Rule
  private let kept: Kept
  private let earlier: EarlierScores?

  /// A detector by a classifier.
  ///
  /// - Parameter digest: where the records hold this classifier's scores already, its document's digest: they are flagged
  ///   by those. Precondition: the rule is then one of probability.
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart.
  package init(_ model: any Classifier, rule: Rule, keeping kept: Kept = .all, scoredBy digest: String? = nil) throws {
    guard model.configuration.classes > 1 else {
      throw Failure(.data, "the classifier knows one class only and so tells nothing apart; train it on several")
    }
    self.model = model
    self.rule = rule
    self.kept = kept
    earlier = digest.map { EarlierScores(digest: $0, classes: model.configuration.classes) }
  }

  /// Reads all records, and writes those to keep with the columns `score` and `flag`.
  ///
  /// The rule of the groups needs every record before the first flag: they then wait in a temporary file, where they are to
  /// be written, and their features in another. Under any other rule records are written as they come.
  /// - Parameters:
  ///   - writer: where records go, and it is closed; nil where only the report is asked for.
  ///   - question: asked of the set, whose answer is the report's verdict; nil for none.
  ///   - observer: told how far the search for groups has come, which begins when all records have been read.
  /// - Throws: a data failure where pictures or labels do not suit the model, or a question is asked of no records; what
  ///   reader and writer throw. The records before the fault have been written, unless the rule is the groups'.
  package func run(
    _ reader: RecordReader, _ writer: RecordWriter?, asking question: Question? = nil,
    observer: (GroupSearchProgress) -> Void = { _ in }
  ) throws -> DetectionReport {
    guard let writer else { return try pass(reader, nil, question, observer) }
    let report = try writer.keepingRecords { try pass(reader, writer, question, observer) }
    try writer.close()
    return report
  }

  private func pass(
    _ reader: RecordReader, _ writer: RecordWriter?, _ question: Question?, _ observer: (GroupSearchProgress) -> Void
  ) throws -> DetectionReport {
    var evidence = question.map { Evidence($0, rule: rule) }
    var report =
      try rule == .groups
      ? groupedPass(reader, writer, &evidence, observer) : streamedPass(reader, writer, &evidence)
    guard evidence != nil else { return report }
    guard report.records > 0 else { throw reader.failure("the stream holds no records to judge") }
    report.verdict = try evidence?.verdict(report)
    return report
  }

  /// Flags every record as it comes.
  private func streamedPass(
    _ reader: RecordReader, _ writer: RecordWriter?, _ evidence: inout Evidence?
  ) throws -> DetectionReport {
    var report = DetectionReport(classes: model.configuration.classes)
    while let batch = try reader.next() {
      let marks = try marks(batch, reader, &evidence)
      report.classNames = report.classNames ?? batch.classes
      report.add(marks, labels: batch.labels ?? [], poisoned: batch.poisoned)
      try writer?.write(marked(batch, marks))
    }
    return report
  }

  private func marks(
    _ batch: ImageBatch, _ reader: RecordReader, _ evidence: inout Evidence?
  ) throws -> [RecordMark] {
    if let earlier, case .probability(let least) = rule { return try earlier.marks(batch, reader, least: least) }
    let scores = try scores(batch, reader)
    try evidence?.add(scores, labels: batch.labels ?? [], by: self)
    return scores.map { RecordMark($0, isFlagged: isFlagged($0)) }
  }

  private func isFlagged(_ score: RecordScore) -> Bool {
    if case .probability(let least) = rule { score.probability >= least } else { score.isPredicted }
  }

  /// What the classifier makes of a batch's records.
  ///
  /// - Throws: a data failure where pictures or labels do not suit it.
  func scores(_ batch: ImageBatch, _ reader: RecordReader) throws -> [RecordScore] {
    guard batch.count > 0 else { return [] }
    var scores: [RecordScore] = []
    let failure = { reader.failure(record: $0, $1) }
    try PictureBatch(batch, for: model, failure: failure).forEachLogits(of: model, failure: failure) {
      scores += RecordScore.all($0, labels: $1)
    }
    return scores
  }

  /// A batch with the columns `score` and `flag`, of which the records to keep are left.
  func marked(_ batch: ImageBatch, _ marks: [RecordMark]) -> ImageBatch {
    var batch = batch
    batch.set("score", Column(marks.map(\.probability), shape: [batch.count]))
    batch.set("flag", Column(marks.map { $0.isFlagged ? 1 : 0 } as [UInt8], shape: [batch.count]))
    guard kept != .all else { return batch }
    return batch.records(marks.indices.filter { marks[$0].isFlagged == (kept == .unlearnable) })
  }
}
