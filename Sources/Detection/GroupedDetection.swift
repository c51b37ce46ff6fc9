import Records

/// Detection by groups, which needs every record before the first flag.
extension Detector {
  func groupedPass(
    _ reader: RecordReader, _ writer: RecordWriter?, _ observer: (GroupSearchProgress) -> Void
  ) throws -> DetectionReport {
    var records = WaitingRecords(batches: try writer.map { _ in try BatchSpool() })
    var report = DetectionReport(classes: classes.count)
    try forEachScored(reader) { batch, scores in
      report.classNames = report.classNames ?? classes.names(besides: batch.classes)
      try records.append(batch, scores)
    }
    let grouping = PictureGrouping(records.features, labels: records.scores.map(\.label))
    report.pictureGroups = try grouping.groups(from: records.scores, leastShare: leastShare, observer: observer)
    let marks = groupMarks(records.scores, &report)
    report.add(marks, poisoned: records.poisoned)
    var next = 0
    try records.batches?.forEach { batch in
      let rows = next..<next + batch.count
      next = rows.upperBound
      try writer?.write(marked(batch, Array(marks[rows])))
    }
    return report
  }

  /// The marks of all records by the groups that they fall into.
  private func groupMarks(_ scores: [RecordScore], _ report: inout DetectionReport) -> [RecordMark] {
    if let pictures = report.pictureGroups, pictures.areDistinct {
      return zip(pictures.posteriors, scores).map { posterior, score in
        posterior.map { RecordMark(probability: $0, label: score.label, isFlagged: $0 >= 0.5) }
          ?? RecordMark(score, isFlagged: false)
      }
    }
    let groups = ScoreGroups(scores.map(\.logOdds))
    report.scoreGroups = groups
    return scores.map { RecordMark($0, isFlagged: groups.isUpper($0.logOdds)) }
  }
}

/// Records that wait for their flags: in memory what is a few bytes for each, in temporary files the rest.
private struct WaitingRecords {
  /// All their columns; nil where they are not to be written.
  let batches: BatchSpool?
  /// What is searched for groups.
  let features = FeatureSpool()
  private(set) var scores: [RecordScore] = []
  /// The column `poisoned`; nil where there is none.
  private(set) var poisoned: [UInt8]?

  init(batches: BatchSpool?) { self.batches = batches }

  mutating func append(_ batch: ImageBatch, _ scores: [RecordScore]) throws {
    self.scores += scores
    if let truth = batch.poisoned {
      if poisoned == nil { poisoned = [] }
      poisoned?.append(contentsOf: truth)
    }
    try features.append(batch)
    try batches?.append(batch)
  }
}
