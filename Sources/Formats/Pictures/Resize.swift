extension Picture {
  /// The middle `size` × `size` pixels after scaling the shorter side to `size`.
  ///
  /// Scaled with an antialiased triangle filter in fixed point, the longer side's length rounded down: what Pillow's
  /// `BILINEAR` and torchvision's `Resize` and `CenterCrop` do, up to the rounding of the crop's place.
  package func squared(to size: Int) -> Picture {
    precondition(size > 0, "a picture needs a positive size")
    let columns = Self.taps(from: width, to: scaled(width, size), keeping: size)
    let rows = Self.taps(from: height, to: scaled(height, size), keeping: size)
    // Only the source rows that the crop needs are scaled across.
    guard let top = rows.first?.start, let last = rows.last else { return self }
    let bottom = last.start + last.weights.count
    let across = scaledAcross(columns, rows: top..<bottom)
    let shifted = rows.map { Taps(start: $0.start - top, weights: $0.weights) }
    let pixels = Self.scaledDown(across, shifted, stride: size * channels)
    return Picture(width: size, height: size, channels: channels, pixels: pixels)
  }

  private func scaled(_ side: Int, _ size: Int) -> Int {
    side * size / min(width, height)
  }

  /// The source pixels of one output pixel, and their weights in units of 2⁻²², which add up to about one.
  private struct Taps {
    let start: Int
    let weights: [Int]
  }

  private static let precision = 22

  /// The filters of the middle `kept` output pixels when `source` pixels become `target`.
  private static func taps(from source: Int, to target: Int, keeping kept: Int) -> [Taps] {
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    let first = (target - kept) / 2
    return (first..<first + kept).map { position in
      let center = (Double(position) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), source)
      let weights = (start..<end).map { max(0, 1 - ((Double($0) - center + 0.5) / support).magnitude) }
      let total = weights.reduce(0, +)
      return Taps(start: start, weights: weights.map { Int($0 / total * Double(1 << precision) + 0.5) })
    }
  }

  private func scaledAcross(_ columns: [Taps], rows: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(rows.count * columns.count * channels)
    for row in rows {
      for taps in columns {
        let place = (row * width + taps.start) * channels
        for channel in 0..<channels {
          result.append(Self.sum(pixels, from: place + channel, stride: channels, taps.weights))
        }
      }
    }
    return result
  }

  private static func scaledDown(_ samples: [UInt8], _ rows: [Taps], stride: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(rows.count * stride)
    for taps in rows {
      for place in 0..<stride {
        result.append(sum(samples, from: taps.start * stride + place, stride: stride, taps.weights))
      }
    }
    return result
  }

  @inline(__always)
  private static func sum(_ samples: [UInt8], from start: Int, stride: Int, _ weights: [Int]) -> UInt8 {
    var total = 1 << (precision - 1)
    var place = start
    for weight in weights {
      total += weight * Int(samples[place])
      place += stride
    }
    return UInt8(clamping: total >> precision)
  }
}
