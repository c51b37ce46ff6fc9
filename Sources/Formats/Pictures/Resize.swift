extension Picture {
  /// The middle `size` × `size` pixels after scaling the shorter side to `size`.
  ///
  /// Scaled with an antialiased triangle filter in fixed point, the longer side's length rounded down: what Pillow's
  /// `BILINEAR` and torchvision's `Resize` and `CenterCrop` do, up to the rounding of the crop's place.
  package func squared(to size: Int) -> Picture {
    precondition(size > 0, "a picture needs a positive size")
    let columns = ResizeTaps.middle(from: width, to: scaled(width, size), keeping: size)
    let rows = ResizeTaps.middle(from: height, to: scaled(height, size), keeping: size)
    // Only the source rows that the crop needs are scaled across.
    guard let top = rows.first?.start, let last = rows.last else { return self }
    let bottom = last.start + last.weights.count
    let across = scaledAcross(columns, rows: top..<bottom)
    let shifted = rows.map { ResizeTaps(start: $0.start - top, weights: $0.weights) }
    let pixels = Self.scaledDown(across, shifted, stride: size * channels)
    return Picture(width: size, height: size, channels: channels, pixels: pixels)
  }

  private func scaled(_ side: Int, _ size: Int) -> Int {
    side * size / min(width, height)
  }

  private func scaledAcross(_ columns: [ResizeTaps], rows: Range<Int>) -> [UInt8] {
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

  private static func scaledDown(_ samples: [UInt8], _ rows: [ResizeTaps], stride: Int) -> [UInt8] {
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
    var total = 1 << (ResizeTaps.precision - 1)
    var place = start
    for weight in weights {
      total += weight * Int(samples[place])
      place += stride
    }
    return UInt8(clamping: total >> ResizeTaps.precision)
  }
}
