import Compute
import Models
import Records
import Training

/// The pictures and labels of a batch, checked against a classifier that is to look at them.
package struct LabelledPictures {
  /// The classes, one a record.
  package let labels: [Int]
  private let image: Column
  private let model: ResNet18

  /// Pixels that pass at a time: 256 pictures of 32×32.
  private static let pixelsAtOnce = 256 * 1024
  /// Logits at a time, which are more than pixels where small pictures have many classes.
  private static let logitsAtOnce = 1 << 22

  /// The records of a batch, which holds at least one.
  ///
  /// - Parameter failure: turns words about a record of the batch into a data failure that says where it stands.
  /// - Throws: a data failure where pictures or labels are missing or do not suit the model.
  package init(
    _ batch: ImageBatch, for model: ResNet18, failure: (_ record: Int, _ words: String) -> Failure
  ) throws {
    guard let image = batch.image else { throw failure(0, "there is no column image to classify") }
    guard let labels = batch.labels else { throw failure(0, "there is no column label to compare with") }
    guard image.recordShape.first == model.configuration.channels else {
      throw failure(
        0, "pictures are \(image.recordShape) where the model takes \(model.configuration.channels) channels")
    }
    let classes = model.configuration.classes
    if let record = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw failure(record, "label \(labels[record]) is not one of the model's \(classes) classes")
    }
    if let fault = image.pictureFault { throw failure(fault.record, fault.words) }
    self.labels = labels
    self.image = image
    self.model = model
  }

  /// Has `body` called with the model's logits [N, classes] for some records after the others.
  ///
  /// - Throws: a data failure for a record whose logits are not numbers.
  package func forEachAnswer(
    failure: (_ record: Int, _ words: String) -> Failure, _ body: (_ logits: Tensor, _ labels: [Int]) -> Void
  ) throws {
    let length = max(
      1,
      min(
        Self.pixelsAtOnce / max(1, image.recordShape.dropFirst().reduce(1, *)),
        Self.logitsAtOnce / model.configuration.classes))
    for first in stride(from: 0, to: labels.count, by: length) {
      let rows = first..<min(labels.count, first + length)
      let part = image.records(rows)
      let x = Tensor(pictures: part.bytes, type: part.type, count: rows.count, shape: part.recordShape)
      let logits = model(x, training: false)
      let values = logits.values
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw failure(
          first + index / model.configuration.classes,
          "the model makes \(values[index]) of this picture; its weights may be damaged")
      }
      body(logits, Array(labels[rows]))
    }
  }
}
