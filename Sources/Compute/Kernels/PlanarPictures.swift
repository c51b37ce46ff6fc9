import Threads

/// The conversions between planar pictures [N, C, H, W], as records hold them, and pictures with the channels last.
enum PlanarPictures {
  /// target[n, i, j, c] ← float(source[n, c, i, j]).
  static func interleave<Element: BitwiseCopyable>(
    _ source: [Element], pictures: Int, channels: Int, pixels: Int, into target: Storage,
    float: (Element) -> Float
  ) {
    precondition(
      source.count == pictures * channels * pixels && target.count == source.count,
      "\(source.count) elements for \(pictures) pictures of \(channels)·\(pixels)")
    source.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      Parallel.forEachPiece(pictures) { picture in
        let from = first + picture * channels * pixels
        let to = target.base + picture * channels * pixels
        for channel in 0..<channels {
          for pixel in 0..<pixels {
            to[pixel * channels + channel] = float(from[channel * pixels + pixel])
          }
        }
      }
    }
  }

  /// The elements of pictures with the channels last, in planar order.
  static func planar(_ source: Storage, pictures: Int, channels: Int, pixels: Int) -> [Float] {
    precondition(source.count == pictures * channels * pixels, "\(source.count) elements for \(pictures) pictures")
    return [Float](unsafeUninitializedCapacity: source.count) { buffer, initialized in
      initialized = source.count
      guard let first = buffer.baseAddress else { return }
      Parallel.forEachPiece(pictures) { picture in
        let from = source.base + picture * channels * pixels
        let to = first + picture * channels * pixels
        for channel in 0..<channels {
          for pixel in 0..<pixels { to[channel * pixels + pixel] = from[pixel * channels + channel] }
        }
      }
    }
  }
}
