import Random

/// One random view of a picture, as the standard augmentation makes it (METHODS 1.4): shifted by up to four pixels, with
/// zeros where nothing comes from, and mirrored half of the time. Linear, so that gradients find their way back.
struct PictureView: Equatable {
  private static let padding = 4

  let down: Int
  let right: Int
  let isMirrored: Bool

  /// The view that follows from the coordinates.
  init(seed: UInt64, purpose: String, id: Int, step: Int) {
    var random = RandomStream(seed: seed, purpose: purpose, record: id, step: step)
    down = random.integer(below: 2 * Self.padding + 1) - Self.padding
    right = random.integer(below: 2 * Self.padding + 1) - Self.padding
    isMirrored = random.nextBits() & 1 == 1
  }

  init(down: Int, right: Int, isMirrored: Bool) {
    (self.down, self.right, self.isMirrored) = (down, right, isMirrored)
  }

  /// Has `body` called with the first element of every pixel of the view that shows one of the picture, and that one's.
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

/// The size of pictures whose elements lie with the channels last.
struct PictureShape: Equatable {
  let height: Int
  let width: Int
  let channels: Int

  /// Elements of a picture.
  var length: Int { height * width * channels }
  /// The shape of a tensor of pictures.
  func tensor(_ count: Int) -> [Int] { [count, height, width, channels] }
}

extension [PictureView] {
  /// What the views show of as many pictures, channels last.
  func callAsFunction(_ pictures: [Float], _ shape: PictureShape) -> [Float] {
    moved(pictures, shape) { seen, source in (from: source, to: seen) }
  }

  /// The gradient of the pictures from that of the views.
  func adjoint(_ gradient: [Float], _ shape: PictureShape) -> [Float] {
    moved(gradient, shape) { seen, source in (from: seen, to: source) }
  }

  private func moved(
    _ values: [Float], _ shape: PictureShape, _ way: (_ seen: Int, _ source: Int) -> (from: Int, to: Int)
  ) -> [Float] {
    precondition(values.count == count * shape.length, "\(values.count) elements for \(count) pictures")
    var result = [Float](repeating: 0, count: values.count)
    for (index, view) in enumerated() {
      let start = index * shape.length
      view.forEachPixel(shape) { seen, source in
        let (from, to) = way(seen, source)
        for channel in 0..<shape.channels { result[start + to + channel] = values[start + from + channel] }
      }
    }
    return result
  }
}
