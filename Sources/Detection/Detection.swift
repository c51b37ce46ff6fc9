import Classification
import Models
import Records

/// Tells unlearnable records from clean ones (PAPER 5.1, METHODS 7.3).
///
/// The classifier was trained on the same records with perturbations added. It has learnt the perturbations, and so it
/// knows the labels of poisoned records and only guesses those of clean ones.
public struct Detection {
  /// What makes a record one that is flagged.
  public enum Rule: Sendable, Equatable {
    /// The classifier predicts its label: the published rule.
    case prediction
    /// It is of the upper of two groups, which are found without ground truth: groups of pictures, which the
    /// predictions are the first guess of, or where those do not lie apart, groups of scores.
    case groups
    /// The probability of its label is at least this.
    case probability(Float)
  }

  /// Which records go on.
  public enum Kept: String, Sendable, CaseIterable { case all, clean, unlearnable }

  private let model: ResNet18
  private let rule: Rule
  private let kept: Kept

  /// A detection by a classifier.
  ///
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart.
  public init(_ model: ResNet18, rule: Rule, keeping kept: Kept = .all) throws {
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
  /// - Parameter writer: where records go, and it is closed; nil where only the report is asked for.
  /// - Throws: a data failure where pictures or labels do not suit the model; what reader and writer throw. The records
  ///   before the fault have been written, unless the rule is the groups'.
  public func run(_ reader: RecordReader, _ writer: RecordWriter?) throws -> DetectionReport {
    let report = try writer.map { writer in
      try writer.keepingRecords { try pass(reader) { try writer.write($0) } }
    }
    guard let writer, let report else { return try pass(reader) { _ in } }
    try writer.close()
    return report
  }

  private func pass(_ reader: RecordReader, _ write: (ImageBatch) throws -> Void) throws -> DetectionReport {
    var report = DetectionReport(classes: model.configuration.classes)
    guard rule == .groups else {
      while let batch = try reader.next() {
        let scores = try self.scores(batch, reader)
        let flags = scores.map(isFlagged)
        report.add(batch, scores, flags: flags)
        try write(marked(batch, scores, flags))
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
    var rest = try grouped(scores, labels, spool, &report)[...]
    try spool.forEach { batch in
      let scores = Array(rest.prefix(batch.count))
      rest = rest.dropFirst(batch.count)
      let flags = scores.map(\.isPredicted)
      report.add(batch, scores, flags: flags)
      try write(marked(batch, scores, flags))
    }
    return report
  }

  /// Scores that say by their predictions which records are of the upper group.
  private func grouped(
    _ scores: [RecordScore], _ labels: [Int], _ spool: BatchSpool, _ report: inout DetectionReport
  ) throws -> [RecordScore] {
    let pictures = try PictureGrouping(spool, labels: labels)?
      .groups(from: scores)
    report.pictureGroups = pictures
    report.labelLogOdds = scores.map(\.logOdds)
    if let pictures, pictures.areDistinct { return pictures.chances.map { RecordScore(chance: $0) } }
    let groups = ScoreGroups(scores.map(\.logOdds))
    report.groups = groups
    return scores.map { RecordScore(logOdds: $0.logOdds, isPredicted: groups.isUpper($0.logOdds)) }
  }

  private func scores(_ batch: ImageBatch, _ reader: RecordReader) throws -> [RecordScore] {
    guard batch.count > 0 else { return [] }
    var scores: [RecordScore] = []
    try LabelledPictures(batch, for: model) { reader.failure(record: $0, $1) }
      .forEachAnswer {
        reader.failure(record: $0, $1)
      } _: {
        scores += RecordScore.all($0, labels: $1)
      }
    return scores
  }

  private func isFlagged(_ score: RecordScore) -> Bool {
    if case .probability(let least) = rule { score.probability >= least } else { score.isPredicted }
  }

  private func marked(_ batch: ImageBatch, _ scores: [RecordScore], _ flags: [Bool]) -> ImageBatch {
    var batch = batch
    batch.set("score", Column(scores.map(\.probability), shape: [batch.count]))
    batch.set("flag", Column(flags.map { $0 ? 1 : 0 } as [UInt8], shape: [batch.count]))
    guard kept != .all else { return batch }
    return batch.records(flags.indices.filter { flags[$0] == (kept == .unlearnable) })
  }
}
