import Threads

/// Maxima of 3×3 windows, one picture a piece.
enum MaximumPoolKernel {
  private static func check(_ x: Storage, _ window: WindowShape, y: Storage) {
    precondition(
      x.count == window.batch * window.pictureCount && y.count == window.batch * window.outputCount,
      "maximum pool \(window) of \(x.count) into \(y.count) elements")
  }

  static func forward(_ x: Storage, _ window: WindowShape, y: Storage) {
    check(x, window, y: y)
    let channels = window.channels
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      let target = y.base + picture * window.outputCount
      target.update(repeating: -.infinity, count: window.outputCount)
      window.forEachTap { _, input, output in
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let (value, best) = (source.vector(input + c), target.vector(output + c))
          target.put(
            best.replacing(with: value, where: (value .> best) .| (value .!= value)), output + c, lanes: channels - c)
        }
      }
    }
  }

  static func backward(_ dy: Storage, x: Storage, y: Storage, _ window: WindowShape, dx: Storage, accumulate: Bool) {
    check(x, window, y: y)
    check(dx, window, y: dy)
    let channels = window.channels
    // What of dy has not found its pixel yet.
    let rest = Elementwise.copy(dy)
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      let maxima = y.base + picture * window.outputCount
      let slope = rest.base + picture * window.outputCount
      let target = dx.base + picture * window.pictureCount
      if !accumulate { target.update(repeating: 0, count: window.pictureCount) }
      window.forEachTap { _, input, output in
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let hit = source.vector(input + c) .== maxima.vector(output + c)
          let open = slope.vector(output + c)
          target.put(
            target.vector(input + c) + open.replacing(with: 0, where: .!hit), input + c, lanes: channels - c)
          slope.put(open.replacing(with: 0, where: hit), output + c, lanes: channels - c)
        }
      }
    }
  }
}

/// Means of 2×2 windows, one picture a piece.
struct AveragePoolKernel {
  let batch: Int
  let height: Int
  let width: Int
  let channels: Int

  var outputShape: [Int] { [batch, height / 2, width / 2, channels] }

  private func check(_ x: Storage, y: Storage) {
    precondition(
      x.count == batch * height * width * channels && y.count == outputShape.reduce(1, *),
      "average pool of \(x.count) into \(y.count) elements")
  }

  /// Calls `body` for every window of a picture with the places of its first pixel and of the result.
  @inline(__always)
  private func forEachWindow(of picture: Int, _ body: (_ input: Int, _ output: Int) -> Void) {
    let (rows, columns) = (height / 2, width / 2)
    for i in 0..<rows {
      for j in 0..<columns {
        body(
          ((picture * height + 2 * i) * width + 2 * j) * channels, ((picture * rows + i) * columns + j) * channels)
      }
    }
  }

  func forward(_ x: Storage, y: Storage) {
    check(x, y: y)
    let (right, below) = (channels, width * channels)
    Parallel.forEachPiece(batch) { picture in
      forEachWindow(of: picture) { input, output in
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let source = x.base + input + c
          let sum = (source.vector() + source.vector(right)) + (source.vector(below) + source.vector(below + right))
          y.base.put(sum * 0.25, output + c, lanes: channels - c)
        }
      }
    }
  }

  func backward(_ dy: Storage, dx: Storage, accumulate: Bool) {
    check(dx, y: dy)
    let (right, below, pictureCount) = (channels, width * channels, height * width * channels)
    Parallel.forEachPiece(batch) { picture in
      // A last row or column has no window to write it.
      let isCovered = height % 2 == 0 && width % 2 == 0
      if !accumulate, !isCovered { (dx.base + picture * pictureCount).update(repeating: 0, count: pictureCount) }
      forEachWindow(of: picture) { input, output in
        for c in stride(from: 0, to: channels, by: Vector.scalarCount) {
          let slope = dy.base.vector(output + c) * 0.25
          for place in [0, right, below, below + right] {
            dx.base.put(slope, input + place + c, lanes: channels - c, accumulate: accumulate)
          }
        }
      }
    }
  }
}

/// Means over the pixels of a picture, one picture a piece.
enum GlobalAverageKernel {
  private static func check(_ x: Storage, pixels: Int, channels: Int, y: Storage) {
    precondition(
      x.count == y.count * pixels && (channels == 0 ? y.count == 0 : y.count % channels == 0),
      "average of \(x.count) elements over \(pixels) pixels of \(channels) channels into \(y.count)")
  }

  /// y[n, c] ← Σ x[n, pixel, c]/pixels.
  static func forward(_ x: Storage, pixels: Int, channels: Int, y: Storage) {
    check(x, pixels: pixels, channels: channels, y: y)
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
    check(dx, pixels: pixels, channels: channels, y: dy)
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
