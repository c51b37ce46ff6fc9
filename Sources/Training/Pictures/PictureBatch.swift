import Compute
import Models
import Records

/// What a model or an attack asks of the records that it is given.
package struct PictureRequirement {
  /// What the pictures are for, such as "to classify": words for a stream that lacks them.
  package var use: String
  /// Channels of a picture; nil for any.
  package var channels: Int?
  /// Rows and columns of a picture; nil for any.
  package var size: (height: Int, width: Int)?
  /// The classifier that is to look at them; nil for none.
  package var network: ClassifierNetwork?
  /// What the labels are for, such as "to compare with"; nil where none are needed.
  package var labelUse: String?
  /// What the labels are to the model; nil where they need be no classes of one.
  package var classes: ClassMatching?

  /// A requirement of the given parts.
  package init(
    _ use: String, channels: Int? = nil, size: (height: Int, width: Int)? = nil, network: ClassifierNetwork? = nil,
    labels labelUse: String? = nil, classes: ClassMatching? = nil
  ) {
    (self.use, self.channels, self.size, self.network) = (use, channels, size, network)
    (self.labelUse, self.classes) = (labelUse, classes)
  }
}

/// The pictures of a batch with their labels and ids, checked against what a model or an attack asks for.
package struct PictureBatch {
  /// One class a record, by the model's numbers where it is for one; empty where none were asked for.
  package let labels: [Int]
  /// One id a record; its place in the stream where the stream tells none.
  package let ids: [Int]
  /// The pictures, [N, C, H, W], U8 or F32.
  package let image: Column

  /// Turns words about a record of the batch into a data failure that says where it stands.
  package typealias Fault = (_ record: Int, _ words: String) -> Failure

  /// The records of a batch.
  ///
  /// - Parameters:
  ///   - start: the number of records that came before.
  ///   - rows: the records whose labels are to be classes of the model; nil for all.
  /// - Throws: a data failure where pictures or labels are missing or are not those asked for.
  package init(
    _ batch: ImageBatch, _ requirement: PictureRequirement, startingAt start: Int = 0, checking rows: [Int]? = nil,
    failure: Fault
  ) throws {
    guard let image = batch.image else { throw failure(0, "there is no column image \(requirement.use)") }
    // A stream without records need not know the size of its pictures.
    if batch.count > 0 { try Self.check(image.recordShape, requirement, failure) }
    if let fault = image.pictureFault { throw failure(fault.record, fault.words) }
    labels = try Self.labels(of: batch, rows, requirement, failure)
    ids = batch.ids ?? Array(start..<start + batch.count)
    self.image = image
  }

  private static func check(_ shape: [Int], _ requirement: PictureRequirement, _ failure: Fault) throws {
    if let words = requirement.network?.refusal(height: shape[1], width: shape[2]) { throw failure(0, words) }
    guard let channels = requirement.channels else { return }
    if let size = requirement.size {
      let expected = [channels, size.height, size.width]
      guard shape != expected else { return }
      throw failure(
        0, "pictures are \(shape) where the model was trained on \(expected) (channels, rows, columns)")
    }
    guard shape.first == channels else {
      throw failure(0, "pictures are \(shape) where the model takes \(channels) channels")
    }
  }

  private static func labels(
    of batch: ImageBatch, _ rows: [Int]?, _ requirement: PictureRequirement, _ failure: Fault
  ) throws -> [Int] {
    guard let use = requirement.labelUse else { return [] }
    guard let labels = batch.labels else { throw failure(0, "there is no column label, \(use)") }
    return try requirement.classes?.numbers(labels, of: batch.classes, rows: rows, failure: failure) ?? labels
  }

  /// The pictures of some rows, [N, H, W, C] in [0, 1].
  package func tensor(_ rows: some Collection<Int>) -> Tensor { Tensor(pictures: image.records(Array(rows))) }
}

extension Tensor {
  /// Pictures [N, H, W, C] in [0, 1] from a column of pictures [N, C, H, W], U8 or F32.
  package convenience init(pictures column: Column) {
    if column.type == .f32 {
      self.init(planar: column.floats, shape: column.shape, tape: nil, requiresGradient: false)
    } else {
      self.init(planar: column.bytes, shape: column.shape, tape: nil, requiresGradient: false)
    }
  }
}
