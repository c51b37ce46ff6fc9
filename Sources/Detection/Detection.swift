import Models
import Records
import Training

/// Tells unlearnable records from clean ones (PAPER 5.1, METHODS 7.3).
///
/// The classifier was trained on the same records with perturbations added. It has learnt the perturbations, and so it
/// knows the labels of poisoned records and only guesses those of clean ones.
package struct Detection {
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

  private let model: any Classifier
  private let rule: Rule
  private let kept: Kept

  /// A detection by a classifier.
  ///
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart.
  package init(_ model: any Classifier, rule: Rule, keeping kept: Kept = .all) throws {
    guard model.configuration.classes > 1 else {
      throw Failure(.data, "the classifier knows one class only and so tells nothing apart; train it on several")
    }
    self.model = model
    self.rule = rule
    self.kept = kept
  }

  /// Reads all records, and writes those to keep with the columns `score` and `flag`.
  ///
  /// The rule of the groups needs every record before the first flag: they then wait in a temporary file.
  /// - Parameters:
  ///   - writer: where records go, and it is closed; nil where only the report is asked for.
  ///   - observer: told how far the search for groups has come, which begins when all records have been read.
  /// - Throws: a data failure where pictures or labels do not suit the model; what reader and writer throw. The records
  ///   before the fault have been written, unless the rule is the groups'.
  package func run(
    _ reader: RecordReader, _ writer: RecordWriter?, observer: (GroupSearchProgress) -> Void = { _ in }
  ) throws -> DetectionReport {
    let report = try writer.map { writer in
      try writer.keepingRecords { try pass(reader, observer) { try writer.write($0) } }
    }
    guard let writer, let report else { return try pass(reader, observer) { _ in } }
    try writer.close()
    return report
  }

  private func pass(
    _ reader: RecordReader, _ observer: (GroupSearchProgress) -> Void, _ write: (ImageBatch) throws -> Void
  ) throws -> DetectionReport {
    var report = DetectionReport(classes: model.configuration.classes)
    guard rule == .groups else {
      while let batch = try reader.next() {
        let scores = try self.scores(batch, reader)
        let marks = scores.map { RecordMark($0, isFlagged: isFlagged($0)) }
        report.add(batch, scores, marks)
        try write(marked(batch, marks))
      }
      return report
    }
    let spool = try BatchSpool()
    var (scores, labels) = ([RecordScore](), [Int]())
    while let batch = try reader.next() {
      scores += try self.scores(batch, reader)
      labels += batch.labels ?? []
      try spool.append(batch)
    }
    report.pictureGroups = try PictureGrouping(spool, labels: labels)?.groups(from: scores, observer: observer)
    let marks = groupMarks(scores, &report)
    var first = 0
    try spool.forEach { batch in
      let rows = first..<first + batch.count
      first = rows.upperBound
      let marks = Array(marks[rows])
      report.add(batch, Array(scores[rows]), marks)
      try write(marked(batch, marks))
    }
    return report
  }

  /// The marks of all records by the groups that they fall into.
  private func groupMarks(_ scores: [RecordScore], _ report: inout DetectionReport) -> [RecordMark] {
    if let pictures = report.pictureGroups, pictures.areDistinct {
      return zip(pictures.chances, scores).map { chance, score in
        chance.map { RecordMark(chance: $0) } ?? RecordMark(score, isFlagged: score.isPredicted)
      }
    }
    let groups = ScoreGroups(scores.map(\.logOdds))
    report.scoreGroups = groups
    return scores.map { RecordMark($0, isFlagged: groups.isUpper($0.logOdds)) }
  }

  private func scores(_ batch: ImageBatch, _ reader: RecordReader) throws -> [RecordScore] {
    guard batch.count > 0 else { return [] }
    var scores: [RecordScore] = []
    let failure = { reader.failure(record: $0, $1) }
    try PictureBatch(batch, for: model, failure: failure).forEachLogits(of: model, failure: failure) {
      scores += RecordScore.all($0, labels: $1)
    }
    return scores
  }

  private func isFlagged(_ score: RecordScore) -> Bool {
    if case .probability(let least) = rule { score.probability >= least } else { score.isPredicted }
  }

  private func marked(_ batch: ImageBatch, _ marks: [RecordMark]) -> ImageBatch {
    var batch = batch
    batch.set("score", Column(marks.map(\.probability), shape: [batch.count]))
    batch.set("flag", Column(marks.map { $0.isFlagged ? 1 : 0 } as [UInt8], shape: [batch.count]))
    guard kept != .all else { return batch }
    return batch.records(marks.indices.filter { marks[$0].isFlagged == (kept == .unlearnable) })
  }
}
