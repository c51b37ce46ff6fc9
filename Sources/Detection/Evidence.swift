import Records

/// What a verdict is told from, gathered while records pass.
struct Evidence {
  private var comparison: SubtractionComparison?
  /// Of the records' own labels, where the report holds no groups of them.
  private var logOdds: [Float]?

  /// For a question that is asked of a detection by the rule given.
  init(_ question: Detector.Question, rule: Detector.Rule) {
    switch question {
    case .subtraction(let reader): comparison = SubtractionComparison(reader)
    case .groups: logOdds = rule == .groups ? nil : []
    }
  }

  /// Takes the next records of the set.
  ///
  /// - Throws: where there are subtracted records, what reading and scoring them throws, and a data failure where they
  ///   are not the set's own.
  mutating func add(_ scores: [RecordScore], labels: [Int], by detector: Detector) throws {
    try comparison?.add(scores, labels: labels, by: detector)
    logOdds?.append(contentsOf: scores.lazy.map(\.logOdds))
  }

  /// The verdict when all records have passed; nil only of a report without the groups that were asked for.
  ///
  /// - Throws: a data failure where there are more subtracted records than of the set.
  mutating func verdict(_ report: DetectionReport) throws -> Verdict? {
    if let counts = try comparison?.end() { return Verdict(counts) }
    if let logOdds { return Verdict(ScoreGroups(logOdds)) }
    return report.pictureGroups.flatMap { Verdict($0) } ?? report.scoreGroups.map { Verdict($0) }
  }
}

/// The records of a set beside the same records with their perturbations subtracted, both read in step: memory holds one
/// batch of each.
private struct SubtractionComparison {
  private let reader: RecordReader
  /// What has been read and not been compared.
  private var waiting: ArraySlice<(score: RecordScore, label: Int)> = []
  private var counts = SubtractionCounts()

  init(_ reader: RecordReader) { self.reader = reader }

  mutating func add(_ scores: [RecordScore], labels: [Int], by detector: Detector) throws {
    for (score, label) in zip(scores, labels) {
      while waiting.isEmpty {
        guard try readBatch(detector) else {
          throw reader.failure("the subtracted records end after \(counts.records), and those of the set do not")
        }
      }
      let subtracted = waiting.removeFirst()
      guard subtracted.label == label else {
        throw reader.failure(
          "record \(counts.records) has the label \(subtracted.label), and of the set \(label): subtracted records are "
            + "to be the set's own in its order")
      }
      counts.add(score.logOdds, subtracted: subtracted.score.logOdds)
    }
  }

  private mutating func readBatch(_ detector: Detector) throws -> Bool {
    guard let batch = try reader.next() else { return false }
    waiting = zip(try detector.scores(batch, reader), batch.labels ?? []).map { (score: $0, label: $1) }[...]
    return true
  }

  mutating func end() throws -> SubtractionCounts {
    var isOver = waiting.isEmpty
    while isOver, let batch = try reader.next() { isOver = batch.count == 0 }
    guard isOver else {
      throw reader.failure("there are more subtracted records than the \(counts.records) of the set")
    }
    return counts
  }
}
