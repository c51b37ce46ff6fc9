import Threads

/// The median of the samples in a square around each one; beyond its edges a picture goes on as at them.
///
/// Edges stay where they are, and noise goes: the contrary of a blur.
struct MedianFilter {
  private let height: Int
  private let width: Int
  private let radius: Int

  /// For planes of so many rows and columns, with squares of 2 · radius + 1 samples a side.
  init(height: Int, width: Int, radius: Int) { (self.height, self.width, self.radius) = (height, width, radius) }

  /// Planes of 8 bits, filtered.
  func filtered(_ samples: [UInt8]) -> [UInt8] {
    let area = height * width
    guard area > 0 else { return samples }
    let planes = Parallel.map(samples.count / area) { plane in
      filteredPlane(Array(samples[plane * area..<(plane + 1) * area]))
    }
    return planes.flatMap { $0 }
  }

  /// Along a row a histogram of the square follows, a column in and a column out, and the median with it (Huang, 1979).
  private func filteredPlane(_ plane: [UInt8]) -> [UInt8] {
    let half = (2 * radius + 1) * (2 * radius + 1) / 2
    var result = plane
    for y in 0..<height {
      let rows = (y - radius...y + radius).map { max(0, min(height - 1, $0)) * width }
      var window = Window()
      for x in -radius...radius { for row in rows { window.add(plane[row + max(0, min(width - 1, x))], 1) } }
      for x in 0..<width {
        result[y * width + x] = window.median(half)
        let (first, next) = (max(0, x - radius), min(width - 1, x + radius + 1))
        for row in rows {
          window.add(plane[row + first], -1)
          window.add(plane[row + next], 1)
        }
      }
    }
    return result
  }

  /// The samples of a square, counted.
  private struct Window {
    private var counts = [Int](repeating: 0, count: 256)
    private var level = 0
    /// Samples below that level.
    private var below = 0

    mutating func add(_ sample: UInt8, _ count: Int) {
      counts[Int(sample)] += count
      if Int(sample) < level { below += count }
    }

    /// The level with at most `half` samples below it and fewer than as many above.
    mutating func median(_ half: Int) -> UInt8 {
      while below > half {
        level -= 1
        below -= counts[level]
      }
      while below + counts[level] <= half {
        below += counts[level]
        level += 1
      }
      return UInt8(level)
    }
  }
}
