import Compute
import Models
import Records
import Training

/// The pictures, labels and ids of a batch, checked against a model.
struct PictureInput {
  let height: Int
  let width: Int
  /// Elements of a picture.
  let elements: Int
  let labels: [Int]?
  let ids: [Int]
  private let image: Column

  /// - Throws: a data failure that names the record and says what the model was built for.
  init(
    _ batch: ImageBatch, _ configuration: AutoencoderConfiguration, needsLabels: Bool, _ start: Int,
    _ failure: (_ record: Int, _ words: String) -> Failure
  ) throws {
    guard let image = batch.image else { throw failure(0, "there is no column image to work on") }
    let expected = [configuration.channels, configuration.height, configuration.imageWidth]
    // A stream without records need not know the size of its pictures.
    guard batch.count == 0 || image.recordShape == expected else {
      throw failure(
        0,
        "pictures are \(image.recordShape) where the model was trained on \(expected) (channels, rows, columns)")
    }
    if let fault = image.pictureFault { throw failure(fault.record, fault.words) }
    labels = needsLabels ? try Self.labels(of: batch, below: configuration.classes, failure) : nil
    ids = batch.ids ?? Array(start..<start + batch.count)
    (height, width, elements) = (expected[1], expected[2], expected.reduce(1, *))
    self.image = image
  }

  private static func labels(
    of batch: ImageBatch, below classes: Int, _ failure: (Int, String) -> Failure
  ) throws -> [Int] {
    guard let labels = batch.labels else {
      throw failure(0, "there is no column label, which the perturbation depends on")
    }
    if let record = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw failure(record, "label \(labels[record]) is not one of the model's \(classes) classes")
    }
    return labels
  }

  /// The pictures of some rows, [N, H, W, C] in [0, 1].
  func tensor(_ rows: [Int]) -> Tensor {
    let column = image.records(rows)
    return Tensor(pictures: column.bytes, type: column.type, count: rows.count, shape: column.recordShape)
  }
}
