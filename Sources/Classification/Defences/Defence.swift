import Models
import Records
import Training

/// What is done while a classifier is trained so that it learns of poisoned pictures what clean ones would teach it.
///
/// A defence is one file of this folder and one of its tests; `DefenceOptions` of cls-train gives it a name.
package protocol Defence: Sendable {
  /// Its name under `defence`, and its settings by the options' names, as a model's configuration tells them.
  var record: [String: JSON] { get }

  /// The recipe that it was published with, which differs from the standard one.
  func recipe(_ standard: Recipe) -> Recipe

  /// What a step learns from in place of its pictures, which are cropped and mirrored already.
  ///
  /// - Parameters:
  ///   - model: as it stands before the step; it is left as it is.
  ///   - records: how many are computed at a time, at most.
  func batch(
    _ batch: TrainingBatch, at step: TrainingStep, for model: any Classifier, atOnce records: Int
  ) throws -> TrainingBatch
}

extension Defence {
  /// The standard one.
  package func recipe(_ standard: Recipe) -> Recipe { standard }
}

/// The batches of a source as a defence changes them.
struct DefendedPictures: BatchSource {
  let source: any BatchSource<any Classifier>
  let defence: any Defence
  /// Records that are computed at a time.
  let records: Int

  func batch(at step: TrainingStep, for model: any Classifier) throws -> TrainingBatch {
    try defence.batch(source.batch(at: step, for: model), at: step, for: model, atOnce: records)
  }
}
