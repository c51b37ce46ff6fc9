import Records

/// What a detection found, counted.
package struct DetectionReport: Sendable {
  /// Records of one class.
  package struct ClassCount: Sendable, Equatable {
    /// All of them.
    package var records = 0
    /// Those flagged.
    package var flagged = 0
  }

  /// The counts by label.
  package private(set) var classes: [ClassCount]
  /// The classes' names, where the stream has them.
  package private(set) var classNames: [String]?
  /// How flags agree with the column `poisoned`; nil where there is none.
  package private(set) var figures: DetectionFigures?
  /// The groups of pictures, which flags follow where they are distinct; nil where pictures are of several sizes, and
  /// under another rule.
  package internal(set) var pictureGroups: PictureGroups?
  /// The groups of scores, which flags follow where those of pictures are not distinct; nil elsewhere.
  package internal(set) var scoreGroups: ScoreGroups?
  /// The logarithms of the odds of each record's own label, in the order of the stream.
  package private(set) var labelLogOdds: [Float] = []
  /// The records' labels, in the order of the stream.
  package private(set) var labels: [Int] = []
  /// Those of what the column `score` tells.
  private var logOdds: [Float] = []
  private var truth: [Bool] = []

  /// Nothing counted yet, of so many classes.
  init(classes: Int) { self.classes = [ClassCount](repeating: ClassCount(), count: classes) }

  /// All records.
  package var records: Int { logOdds.count }
  /// The records flagged.
  package var flagged: Int { classes.reduce(0) { $0 + $1.flagged } }
  /// The area under the receiver operating characteristic of the scores; nil without clean and poisoned records.
  package var areaUnderCurve: Double? {
    truth.count == logOdds.count
      ? receiverOperatingArea(Array(zip(logOdds, truth))) : nil
  }

  mutating func add(_ batch: ImageBatch, _ scores: [RecordScore], _ marks: [RecordMark]) {
    classNames = classNames ?? batch.classes
    labelLogOdds += scores.map(\.logOdds)
    labels += batch.labels ?? []
    logOdds += marks.map(\.logOdds)
    for (label, mark) in zip(batch.labels ?? [], marks) {
      classes[label].records += 1
      if mark.isFlagged { classes[label].flagged += 1 }
    }
    guard let poisoned = batch.poisoned else { return }
    truth += poisoned.map { $0 != 0 }
    for (mark, isPoisoned) in zip(marks, poisoned) {
      figures = figures ?? DetectionFigures()
      figures?.add(flagged: mark.isFlagged, poisoned: isPoisoned != 0)
    }
  }
}
