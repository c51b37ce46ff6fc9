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

  /// What a record is scored by.
  package enum Scoring: Sendable, Equatable {
    /// What the classifier takes it for.
    case picture
    /// What the classifier takes pictures of other classes for that are given its detail (`DetailSwap`); whether it has
    /// learnt sharpened pictures.
    case detail(Detail, sharpens: Bool)
  }

  let model: any Classifier
  let classes: ClassMatching
  let rule: Rule
  let leastShare: Double
  private let scoring: Scoring
  private let kept: Kept
  private let earlier: EarlierScores?

  /// A detector by a classifier.
  ///
  /// - Parameters:
  ///   - classes: what the labels of records are to it.
  ///   - leastShare: what the upper of two groups of pictures holds at least, 0 to 1, for the groups to count.
  ///   - scoring: what records are scored by. By detail they wait in a temporary file, in memory no more than before.
  ///   - digest: where the records hold this classifier's scores already, its document's digest: they are flagged
  ///     by those. Precondition: the rule is then one of probability.
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart.
  package init(
    _ model: any Classifier, classes: ClassMatching, rule: Rule, leastShare: Double = 0, scoring: Scoring = .picture,
    keeping kept: Kept = .all, scoredBy digest: String? = nil
  ) throws {
    try model.checkTellsApart()
    self.model = model
    self.classes = classes
    self.rule = rule
    self.leastShare = leastShare
    self.scoring = scoring
    self.kept = kept
    earlier = digest.map { EarlierScores(digest: $0, classes: classes) }
  }

  /// Reads all records, and writes those to keep with the columns `score` and `flag`.
  ///
  /// The rule of the groups needs every record before the first flag: they then wait in a temporary file, where they are to
  /// be written, and their features in another. Under any other rule records are written as they come.
  /// - Parameters:
  ///   - writer: where records go, and it is closed; nil where only the report is asked for.
  ///   - judges: whether the report is to hold a verdict, by the groups that pictures or else scores fall into.
  ///   - observer: told how far the search for groups has come, which begins when all records have been read.
  /// - Throws: a data failure where pictures or labels do not suit the model, or no records are to be judged; what
  ///   reader and writer throw. The records before the fault have been written, unless the rule is the groups'.
  package func run(
    _ reader: RecordReader, _ writer: RecordWriter?, judging judges: Bool = false,
    observer: (GroupSearchProgress) -> Void = { _ in }
  ) throws -> DetectionReport {
    guard let writer else { return try pass(reader, nil, judges, observer) }
    let report = try writer.keepingRecords { try pass(reader, writer, judges, observer) }
    try writer.close()
    return report
  }

  private func pass(
    _ reader: RecordReader, _ writer: RecordWriter?, _ judges: Bool, _ observer: (GroupSearchProgress) -> Void
  ) throws -> DetectionReport {
    // Of the records' own labels, where the report holds no groups of them.
    var logOdds: [Float]? = judges && rule != .groups ? [] : nil
    var report = try rule == .groups ? groupedPass(reader, writer, observer) : streamedPass(reader, writer, &logOdds)
    guard judges else { return report }
    guard report.records > 0 else { throw reader.failure("the stream holds no records to judge") }
    report.verdict =
      logOdds.map { Verdict(ScoreGroups($0)) } ?? report.pictureGroups.flatMap { Verdict($0) }
      ?? report.scoreGroups.map { Verdict($0) }
    return report
  }

  /// Flags every record as it comes.
  private func streamedPass(
    _ reader: RecordReader, _ writer: RecordWriter?, _ logOdds: inout [Float]?
  ) throws -> DetectionReport {
    var report = DetectionReport(classes: classes.count)
    func add(_ batch: ImageBatch, _ marks: [RecordMark]) throws {
      report.classNames = report.classNames ?? classes.names(besides: batch.classes)
      report.add(marks, poisoned: batch.poisoned)
      try writer?.write(marked(batch, marks))
    }
    if let earlier, case .probability(let least) = rule {
      while let batch = try reader.next() { try add(batch, earlier.marks(batch, reader, least: least)) }
      return report
    }
    try forEachScored(reader) { batch, scores in
      logOdds?.append(contentsOf: scores.lazy.map(\.logOdds))
      try add(batch, scores.map { RecordMark($0, isFlagged: isFlagged($0)) })
    }
    return report
  }

  private func isFlagged(_ score: RecordScore) -> Bool {
    if case .probability(let least) = rule { score.probability >= least } else { score.isPredicted }
  }

  /// Has `body` called with all batches of a stream and the scores of their records.
  ///
  /// - Throws: a data failure where pictures or labels do not suit the classifier; what reading and `body` throw.
  func forEachScored(_ reader: RecordReader, _ body: (ImageBatch, [RecordScore]) throws -> Void) throws {
    switch scoring {
    case .picture:
      while let batch = try reader.next() {
        try body(batch, RecordScore.all(batch, by: model, classes: classes) { reader.failure(record: $0, $1) })
      }
    case .detail(let detail, let sharpens):
      try DetailSwap(model, classes: classes, sharpens: sharpens, reader).forEachScored(detail, body)
    }
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
