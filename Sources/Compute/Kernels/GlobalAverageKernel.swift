import Threads

/// Means over the pixels of a picture, one picture a piece.
enum GlobalAverageKernel {
  /// y[n, c] ← Σ x[n, pixel, c]/pixels.
  static func forward(_ x: Storage, pixels: Int, channels: Int, y: Storage) {
    Parallel.forEachPiece(y.count / max(1, channels)) { picture in
      let source = x.base + picture * pixels * channels
      let target = y.base + picture * channels
      for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
        var sum = Vector()
        for pixel in 0..<pixels { sum += (source + pixel * channels).vector(c) }
        target.put(sum * (1 / Float(pixels)), c, lanes: channels - c)
      }
    }
  }

  /// dx[n, pixel, c] ← dy[n, c]/pixels (+ dx where `accumulate`).
  static func backward(_ dy: Storage, pixels: Int, channels: Int, dx: Storage, accumulate: Bool) {
    Parallel.forEachPiece(dy.count / max(1, channels)) { picture in
      let source = dy.base + picture * channels
      let target = dx.base + picture * pixels * channels
      let factor = 1 / Float(pixels)
      for pixel in 0..<pixels {
        let row = target + pixel * channels
        if accumulate {
          for c in 0..<channels { row[c] += source[c] * factor }
        } else {
          for c in 0..<channels { row[c] = source[c] * factor }
        }
      }
    }
  }
}
