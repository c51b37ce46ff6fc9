import RecordTools
import Records

/// What classifiers know of held-out records, as they are and under each question.
package struct HeldOutEvidence: Sendable {
  /// What the classifier of a view knows.
  package struct Classifier: Sendable {
    /// How it sees pictures.
    package let view: View
    /// The records whose label is its prediction.
    package fileprivate(set) var known = 0
    /// The records whose label it is sure of.
    package fileprivate(set) var sure = 0
    /// What it loses under each question that was asked.
    package fileprivate(set) var questions: [(question: Question, counts: QuestionCounts)] = []
    fileprivate let classes: Int
  }

  /// The classifiers.
  package private(set) var classifiers: [Classifier]
  /// All records.
  package private(set) var records = 0
  private var errors: ColumnDifference?

  init(_ classifiers: [(view: View, classes: Int)]) {
    self.classifiers = classifiers.map { Classifier(view: $0.view, classes: $0.classes) }
  }

  /// The PSNR of reconstructed records in dB, of the mean squared error over all; nil where none were given.
  package var psnr: Double? { errors?.ratio }

  /// Counts records as they are, by each classifier's scores.
  mutating func add(_ scores: [[RecordScore]]) {
    records += scores.first?.count ?? 0
    for (index, scores) in scores.enumerated() {
      classifiers[index].known += scores.count { $0.isPredicted }
      classifiers[index].sure += scores.count { $0.logOdds >= QuestionCounts.sureLogOdds }
    }
  }

  /// Counts records by what a classifier makes of them before and after.
  mutating func add(_ question: Question, of index: Int, _ before: [RecordScore], _ after: [RecordScore]) {
    let place = classifiers[index].questions.firstIndex { $0.question == question }
    let last = place ?? classifiers[index].questions.count
    if place == nil {
      classifiers[index].questions.append((question, QuestionCounts(classes: classifiers[index].classes)))
    }
    for (before, after) in zip(before, after) { classifiers[index].questions[last].counts.add(before, after) }
  }

  /// Adds the errors of reconstructed pictures.
  ///
  /// - Throws: a data failure, without a place, where they are of another size.
  mutating func addErrors(_ pictures: Column, _ reconstructed: Column) throws {
    errors = errors ?? ColumnDifference(isPicture: true)
    try errors?.add(pictures, reconstructed)
  }
}
