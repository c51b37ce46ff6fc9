import Random

/// The standard augmentation of small pictures (METHODS 1.4): zeros around the picture, a random crop of its size, and
/// a mirror image half of the time.
package struct CropAndFlip: Sendable {
  /// Pixels of zeros on every side.
  package var padding = 4
  private let seed: UInt64

  /// An augmentation whose lots follow from the seed.
  package init(seed: UInt64) { self.seed = seed }

  /// Augmented copies of planar pictures of the given shape [C, H, W], whose elements are `elementBytes` long and whose
  /// zero is all zero bytes. What happens to a record depends on the seed, its id and the epoch alone.
  package func callAsFunction(
    _ pictures: [UInt8], shape: [Int], elementBytes: Int, ids: [Int], epoch: Int
  ) -> [UInt8] {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let length = channels * height * width * elementBytes
    precondition(pictures.count == ids.count * length, "\(pictures.count) bytes for \(ids.count) pictures of \(shape)")
    var result = [UInt8](repeating: 0, count: pictures.count)
    for (index, id) in ids.enumerated() {
      var random = RandomStream(seed: seed, purpose: "augmentation", record: id, step: epoch)
      let down = random.integer(below: 2 * padding + 1) - padding
      let right = random.integer(below: 2 * padding + 1) - padding
      let mirrored = random.nextBits() & 1 == 1
      for row in 0..<channels * height {
        let source = row % height + down
        guard (0..<height).contains(source) else { continue }
        let from = index * length + (row - row % height + source) * width * elementBytes
        copyRow(
          pictures, from: from, into: &result, at: index * length + row * width * elementBytes, width: width,
          elementBytes: elementBytes, right: right, mirrored: mirrored)
      }
    }
    return result
  }

  private func copyRow(
    _ source: [UInt8], from: Int, into target: inout [UInt8], at start: Int, width: Int, elementBytes: Int, right: Int,
    mirrored: Bool
  ) {
    for column in 0..<width {
      let place = (mirrored ? width - 1 - column : column) + right
      guard (0..<width).contains(place) else { continue }
      for byte in 0..<elementBytes {
        target[start + column * elementBytes + byte] = source[from + place * elementBytes + byte]
      }
    }
  }
}
