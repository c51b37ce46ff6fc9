import Compute
import Models
import Records

extension PictureBatch {
  /// Pixels that pass at a time: 256 pictures of 32×32.
  private static let pixelsAtOnce = 256 * 1024
  /// Logits at a time, which are more than pixels where small pictures have many classes.
  private static let logitsAtOnce = 1 << 22

  /// The labelled pictures of a batch, checked against a classifier that is to look at them.
  ///
  /// - Parameter classes: what labels are to the classifier.
  /// - Throws: a data failure where pictures or labels are missing or do not suit the model.
  package init(_ batch: ImageBatch, for model: any Classifier, classes: ClassMatching, failure: Fault) throws {
    try self.init(
      batch,
      PictureRequirement(
        "to classify", channels: model.configuration.channels, network: model.configuration.network,
        labels: "to compare with", classes: classes), failure: failure)
  }

  /// Has `body` called with a classifier's logits [N, classes] for some records after the others.
  ///
  /// - Throws: a data failure for a record whose logits are not numbers.
  package func forEachLogits(
    of model: any Classifier, failure: Fault, _ body: (_ logits: Tensor, _ labels: [Int]) -> Void
  ) throws {
    let classes = model.configuration.classes
    let length = max(
      1, min(Self.pixelsAtOnce / max(1, image.recordShape.dropFirst().reduce(1, *)), Self.logitsAtOnce / classes))
    for first in stride(from: 0, to: labels.count, by: length) {
      let rows = first..<min(labels.count, first + length)
      let logits = model(tensor(rows), training: false)
      let values = logits.values
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw failure(
          first + index / classes,
          "the model makes \(values[index]) of this picture; its weights may be damaged")
      }
      body(logits, Array(labels[rows]))
    }
  }
}
