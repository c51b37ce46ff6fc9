import Models
import Random
import Records
import Training

/// Cutout (DeVries and Taylor, 2017): of every picture a square is black. Its side is half of the picture's rows, 16 of
/// 32; its centre is any pixel, so that a part of it may lie outside.
package struct Cutout: Defence {
  private let seed: UInt64

  /// Squares that follow from a seed.
  package init(seed: UInt64) { self.seed = seed }

  package var record: [String: JSON] { ["defence": "cutout"] }

  package func batch(
    _ batch: TrainingBatch, at step: TrainingStep, for model: any Classifier, atOnce records: Int
  ) -> TrainingBatch {
    let centers = batch.ids.map { id in
      var random = RandomStream(seed: seed, purpose: "cutout", record: id, step: step.epoch)
      return (row: random.integer(below: batch.shape.height), column: random.integer(below: batch.shape.width))
    }
    return Self.cut(batch, around: centers)
  }

  /// The pictures without a square around each centre.
  static func cut(_ batch: TrainingBatch, around centers: [(row: Int, column: Int)]) -> TrainingBatch {
    let (shape, reach) = (batch.shape, batch.shape.height / 4)
    var pictures = batch.pictures
    for (picture, center) in centers.enumerated() {
      for row in max(0, center.row - reach)..<min(shape.height, center.row + reach) {
        for column in max(0, center.column - reach)..<min(shape.width, center.column + reach) {
          let start = picture * shape.length + (row * shape.width + column) * shape.channels
          for channel in 0..<shape.channels { pictures[start + channel] = 0 }
        }
      }
    }
    return batch.with(pictures: pictures)
  }
}
