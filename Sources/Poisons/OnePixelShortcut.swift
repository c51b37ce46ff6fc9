import Records

/// OPS: the one-pixel shortcut (Wu et al., "One-pixel shortcut", ICLR 2023; METHODS 4.8).
///
/// Every class has one position and one saturated colour: those from which its pictures are farthest, measured by the
/// mean distance over its standard deviation. No two classes have the same pair.
package struct OnePixelShortcut: Poison {
  /// What a class's pictures all get.
  struct Pixel: Hashable {
    /// Row · width + column.
    let position: Int
    /// One bit a channel, the first channel's the highest.
    let colour: Int
  }

  private let shape: [Int]
  /// By class.
  let pixels: [Int: Pixel]

  /// The shortcut of the set's chosen records.
  package init(_ set: PoisonSet) {
    shape = set.spool.imageShape
    var pixels: [Int: Pixel] = [:]
    var taken: Set<Pixel> = []
    let classes = Dictionary(grouping: set.rows) { set.spool.labels[$0] }
    for (label, rows) in classes.sorted(by: { $0.key < $1.key }) {
      let pixel = PixelStatistics(set.spool, rows: rows).farthest(except: taken)
      taken.insert(pixel)
      pixels[label] = pixel
    }
    self.pixels = pixels
  }

  package var bound: PerturbationBound { .pixels(1) }

  /// ±1 at the class's pixel, which the range of pictures cuts to the very colour, and 0 elsewhere.
  package func perturbations(
    of targets: PoisonTargets, failure: (_ target: Int, _ words: String) -> Failure
  ) throws -> [Float] {
    var result = [Float](repeating: 0, count: targets.ids.count * targets.length)
    let (channels, places) = (shape[0], shape[1] * shape[2])
    for (target, label) in targets.labels.enumerated() {
      guard let pixel = pixels[label] else { continue }
      for channel in 0..<channels {
        let isFull = pixel.colour >> (channels - 1 - channel) & 1 == 1
        result[target * targets.length + channel * places + pixel.position] = isFull ? 1 : -1
      }
    }
    return result
  }
}

/// Sums over the pictures of a class, from which the distance to every colour follows at every position.
private struct PixelStatistics {
  private let count: Int
  private let channels: Int
  private let places: Int
  /// Σ I and Σ I², planar as the pictures, in levels where they have 8 bits: exact then, in any order.
  private var sums: [Double]
  private var squares: [Double]
  /// What the largest value of an element is in these units.
  private let unit: Double

  /// Precondition: there is at least one row.
  init(_ spool: Spool, rows: [Int]) {
    let length = spool.imageShape.reduce(1, *)
    (count, channels, places) = (rows.count, spool.imageShape[0], length / spool.imageShape[0])
    unit = spool.imageType == .u8 ? 255 : 1
    sums = [Double](repeating: 0, count: length)
    squares = sums
    for row in rows {
      let bytes = spool.images([row])
      let values =
        spool.imageType == .u8
        ? bytes.map(Double.init) : Column(type: .f32, shape: [length], bytes: bytes).floats.map(Double.init)
      for (index, value) in values.enumerated() {
        sums[index] += value
        squares[index] += value * value
      }
    }
  }

  /// The pair of the highest score; of equals, the last in the order of positions and colours.
  func farthest(except taken: Set<OnePixelShortcut.Pixel>) -> OnePixelShortcut.Pixel {
    var best = (score: -Double.infinity, pixel: OnePixelShortcut.Pixel(position: 0, colour: 0))
    for position in 0..<places {
      for colour in 0..<1 << channels {
        let pixel = OnePixelShortcut.Pixel(position: position, colour: colour)
        let score = taken.contains(pixel) ? 0 : score(pixel)
        if score >= best.score { best = (score, pixel) }
      }
    }
    return best.pixel
  }

  /// The mean of |v − I| over the class and the channels, divided by its standard deviation.
  private func score(_ pixel: OnePixelShortcut.Pixel) -> Double {
    var (sum, square, number) = (0.0, 0.0, Double(count))
    for channel in 0..<channels {
      let (s, q) = (sums[channel * places + pixel.position], squares[channel * places + pixel.position])
      let isFull = pixel.colour >> (channels - 1 - channel) & 1 == 1
      sum += isFull ? number * unit - s : s
      square += isFull ? number * unit * unit - 2 * unit * s + q : q
    }
    number *= Double(channels)
    let variance = max(0, number * square - sum * sum)
    guard sum > 0 else { return 0 }
    return sum / variance.squareRoot()
  }
}
