/// What a detection found, counted: it takes no more memory for more records.
package struct DetectionReport: Sendable {
  /// Records of one class.
  package struct FlagCount: Sendable, Equatable {
    /// All of them.
    package var records = 0
    /// Those flagged.
    package var flagged = 0
  }

  /// The counts by label.
  package private(set) var classes: [FlagCount]
  /// The classes' names, where the stream has them.
  package internal(set) var classNames: [String]?
  /// How flags agree with the column `poisoned`; nil where there is none.
  package private(set) var figures: DetectionFigures?
  /// The groups of pictures, which flags follow where they are distinct; nil where pictures cannot be compared, and under
  /// another rule.
  package internal(set) var pictureGroups: PictureGroups?
  /// The groups of scores, which flags follow where those of pictures are not distinct; nil elsewhere.
  package internal(set) var scoreGroups: ScoreGroups?
  /// Whether the set looks poisoned; nil where that was not asked.
  package internal(set) var verdict: Verdict?
  /// Of the logarithms of the odds of what the column `score` tells, poisoned records being the positives.
  private var characteristic = OperatingCharacteristic()

  /// Nothing counted yet, of so many classes.
  init(classes: Int) { self.classes = [FlagCount](repeating: FlagCount(), count: classes) }

  /// All records.
  package var records: Int { classes.reduce(0) { $0 + $1.records } }
  /// The records flagged.
  package var flagged: Int { classes.reduce(0) { $0 + $1.flagged } }
  /// The area under the receiver operating characteristic of the scores; nil without clean and poisoned records.
  package var areaUnderCurve: Double? { characteristic.area }

  /// Counts records by their marks, and by the column `poisoned` where there is one.
  mutating func add(_ marks: [RecordMark], poisoned: [UInt8]?) {
    for mark in marks {
      classes[mark.label].records += 1
      if mark.isFlagged { classes[mark.label].flagged += 1 }
    }
    for (mark, isPoisoned) in zip(marks, poisoned ?? []) {
      figures = figures ?? DetectionFigures()
      figures?.add(flagged: mark.isFlagged, poisoned: isPoisoned != 0)
      characteristic.add(mark.logOdds, isPositive: isPoisoned != 0)
    }
  }
}
