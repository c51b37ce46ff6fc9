import Threads

/// The smallest smooth blur: weights 1, 2, 1 in both directions, over 16; beyond its edges a picture goes on as at them.
struct BinomialFilter {
  private let height: Int
  private let width: Int

  /// For planes of so many rows and columns.
  init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  /// Planes of 8 bits without their finest detail, rounded.
  func blurred(_ samples: [UInt8]) -> [UInt8] { map(samples) { _, sum in (sum + 8) >> 4 } }

  /// Planes of half the contrast and amplified detail, 128 + (x − 128)/2 + 3 (x − blur x), rounded and clipped to 8 bits.
  func sharpened(_ samples: [UInt8]) -> [UInt8] {
    map(samples) { sample, sum in (64 * 16 + 56 * sample - 3 * sum + 8) >> 4 }
  }

  /// What becomes of each sample and the weighted sum around it, which is 16 times the blurred one.
  private func map(_ samples: [UInt8], _ result: @Sendable (_ sample: Int, _ sum: Int) -> Int) -> [UInt8] {
    let area = height * width
    guard area > 0 else { return samples }
    let planes = Parallel.map(samples.count / area) { plane in
      let sums = sums(samples[plane * area..<(plane + 1) * area])
      return zip(samples[plane * area..<(plane + 1) * area], sums).map { UInt8(clamping: result(Int($0), $1)) }
    }
    return planes.flatMap { $0 }
  }

  private func sums(_ plane: ArraySlice<UInt8>) -> [Int] {
    let start = plane.startIndex
    var rows = [Int](repeating: 0, count: plane.count)
    for y in 0..<height {
      for x in 0..<width {
        let row = start + y * width
        let (left, right) = (row + max(0, x - 1), row + min(width - 1, x + 1))
        rows[y * width + x] = Int(plane[left]) + 2 * Int(plane[row + x]) + Int(plane[right])
      }
    }
    return (0..<plane.count).map { place in
      let (y, x) = (place / width, place % width)
      return rows[max(0, y - 1) * width + x] + 2 * rows[place] + rows[min(height - 1, y + 1) * width + x]
    }
  }
}
