import Random
import Training

/// The standard augmentation of small pictures (METHODS 1.4): a random crop of the picture's size out of the picture with
/// four pixels of zeros around it, mirrored half of the time. Linear, so that gradients pass back through it.
package struct CropAndFlip: Sendable, Equatable {
  private static let padding = 4

  /// Rows from the picture to the crop, −4 to 4.
  let down: Int
  /// Columns from the picture to the crop, −4 to 4.
  let right: Int
  /// Whether the crop is mirrored.
  let isMirrored: Bool

  init(down: Int, right: Int, isMirrored: Bool) {
    (self.down, self.right, self.isMirrored) = (down, right, isMirrored)
  }

  /// The crop that follows from the coordinates.
  package init(seed: UInt64, purpose: String, id: Int, step: Int) {
    var random = RandomStream(seed: seed, purpose: purpose, record: id, step: step)
    down = random.integer(below: 2 * Self.padding + 1) - Self.padding
    right = random.integer(below: 2 * Self.padding + 1) - Self.padding
    isMirrored = random.nextBits() & 1 == 1
  }

  /// Has `body` called with the first element of every pixel of the crop that shows one of the picture, and that one's.
  fileprivate func forEachPixel(_ shape: PictureShape, _ body: (_ seen: Int, _ source: Int) -> Void) {
    for row in 0..<shape.height where (0..<shape.height).contains(row + down) {
      for column in 0..<shape.width {
        let place = (isMirrored ? shape.width - 1 - column : column) + right
        guard (0..<shape.width).contains(place) else { continue }
        body((row * shape.width + column) * shape.channels, ((row + down) * shape.width + place) * shape.channels)
      }
    }
  }
}

extension [CropAndFlip] {
  /// The crops of records' pictures, one a record; what happens to a record follows from its id and the step alone.
  package init(seed: UInt64, purpose: String, ids: [Int], step: Int) {
    self = ids.map { CropAndFlip(seed: seed, purpose: purpose, id: $0, step: step) }
  }

  /// The crops of as many pictures, channels last.
  package func callAsFunction(_ pictures: [Float], _ shape: PictureShape) -> [Float] {
    moved(pictures, shape) { seen, source in (from: source, to: seen) }
  }

  /// The gradient of the pictures from that of the crops.
  package func adjoint(_ gradient: [Float], _ shape: PictureShape) -> [Float] {
    moved(gradient, shape) { seen, source in (from: seen, to: source) }
  }

  private func moved(
    _ values: [Float], _ shape: PictureShape, _ way: (_ seen: Int, _ source: Int) -> (from: Int, to: Int)
  ) -> [Float] {
    precondition(values.count == count * shape.length, "\(values.count) elements for \(count) pictures")
    var result = [Float](repeating: 0, count: values.count)
    for (index, crop) in enumerated() {
      let start = index * shape.length
      crop.forEachPixel(shape) { seen, source in
        let (from, to) = way(seen, source)
        for channel in 0..<shape.channels { result[start + to + channel] = values[start + from + channel] }
      }
    }
    return result
  }
}
