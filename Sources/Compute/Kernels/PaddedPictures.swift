/// Pictures [N, H, W, C] that can be had one at a time with a border of zeros around them.
struct PaddedPictures {
  let pictures: Storage
  let height: Int
  let width: Int
  let channels: Int
  /// Zero rows above and columns to the left.
  let low: Int
  /// Zero rows below and columns to the right.
  let high: Int

  init(_ pictures: Storage, height: Int, width: Int, channels: Int, low: Int, high: Int) {
    (self.pictures, self.height, self.width, self.channels) = (pictures, height, width, channels)
    (self.low, self.high) = (low, high)
  }

  var paddedHeight: Int { height + low + high }
  var paddedWidth: Int { width + low + high }

  /// One picture with its border, and what keeps it alive.
  struct Padded {
    let base: UnsafeMutablePointer<Float>
    private let owner: Storage

    fileprivate init(base: UnsafeMutablePointer<Float>, owner: Storage) {
      (self.base, self.owner) = (base, owner)
    }
  }

  /// Picture `index`: a copy with its border, or the picture itself where it has none.
  func padded(_ index: Int) -> Padded {
    let source = pictures.base + index * height * width * channels
    guard low > 0 || high > 0 else { return Padded(base: source, owner: pictures) }
    let copy = Storage(count: paddedHeight * paddedWidth * channels)
    let rowLength = paddedWidth * channels
    copy.base.update(repeating: 0, count: low * rowLength)
    for row in 0..<height {
      let target = copy.base + (row + low) * rowLength
      target.update(repeating: 0, count: low * channels)
      (target + low * channels).update(from: source + row * width * channels, count: width * channels)
      (target + (low + width) * channels).update(repeating: 0, count: high * channels)
    }
    (copy.base + (low + height) * rowLength).update(repeating: 0, count: high * rowLength)
    return Padded(base: copy.base, owner: copy)
  }
}
