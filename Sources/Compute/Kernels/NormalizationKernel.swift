/// The loops of batch and instance normalisation over pixels [rows, channels].
///
/// A row's channels are taken a vector at a time and every array is read in order, so memory sets the pace. What is kept
/// per channel lies in arrays of `stride(channels)` floats, whose last vector may be written whole.
enum NormalizationKernel {
  /// Rows whose sums are taken in single precision, at most.
  static let blockRows = 256

  /// Floats between two arrays of per-channel numbers.
  static func stride(_ channels: Int) -> Int {
    (channels + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
  }

  /// Rows a piece: about 64 KiB of pixels, and few enough for sums in single precision.
  static func pieceRows(_ channels: Int) -> Int { max(1, min(blockRows, (1 << 14) / max(1, channels))) }

  /// The mean of every channel and the sum of its squared deviations.
  ///
  /// The sums are of the differences from the first row, so that a large mean does not drown a small deviation.
  static func statistics(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int, mean: UnsafeMutablePointer<Float>,
    squares: UnsafeMutablePointer<Float>
  ) {
    let width = Vector.scalarCount
    mean.update(repeating: 0, count: stride(channels))
    squares.update(repeating: 0, count: stride(channels))
    for row in 1..<max(1, rows) {
      let values = x + row * channels
      for c in Swift.stride(from: 0, to: channels, by: width) {
        let difference = values.vector(c) - x.vector(c)
        mean.store(mean.vector(c) + difference, c)
        squares.store(squares.vector(c).addingProduct(difference, difference), c)
      }
    }
    let factor = 1 / Float(rows)
    for c in Swift.stride(from: 0, to: channels, by: width) {
      let shift = mean.vector(c) * factor
      let sum = squares.vector(c) - mean.vector(c) * shift
      squares.store(sum.replacing(with: 0, where: sum .< 0), c)
      mean.store(x.vector(c) + shift, c)
    }
  }

  /// What normalisation does to a channel: y = (x − mean)·scale + shift (+ residual), then the rectifier if asked for.
  struct Map {
    var mean: UnsafePointer<Float>
    var scale: UnsafePointer<Float>
    var shift: UnsafePointer<Float>
    var rectified: Bool

    @inline(__always)
    func callAsFunction(_ x: Vector, _ c: Int) -> Vector {
      shift.vector(c).addingProduct(x - mean.vector(c), scale.vector(c))
    }
  }

  /// y ← map(x) (+ residual), rectified if the map says so.
  static func normalize(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int, _ map: Map, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let start = row * channels
      for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
        var value = map(x.vector(start + c), c)
        if let residual { value += residual.vector(start + c) }
        if map.rectified { value.replace(with: 0, where: value .< 0) }
        y.put(value, start + c, lanes: channels - c)
      }
    }
  }

  /// Σ g and Σ g·(x − mean)·inverse of every channel. g is dy, or 0 where the rectifier cut: that is where the map says so
  /// or, with a residual, where y is not positive; then g is also written down, perhaps over dy.
  static func sums(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, channels: Int, _ map: Map,
    inverse: UnsafePointer<Float>, cut: (y: UnsafePointer<Float>, g: UnsafeMutablePointer<Float>)?,
    plain: UnsafeMutablePointer<Float>, weighted: UnsafeMutablePointer<Float>
  ) {
    plain.update(repeating: 0, count: stride(channels))
    weighted.update(repeating: 0, count: stride(channels))
    for row in 0..<rows {
      let start = row * channels
      for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
        let value = x.vector(start + c)
        var g = dy.vector(start + c)
        if let cut {
          g.replace(with: 0, where: cut.y.vector(start + c) .<= 0)
          cut.g.put(g, start + c, lanes: channels - c)
        } else if map.rectified {
          g.replace(with: 0, where: map(value, c) .<= 0)
        }
        plain.store(plain.vector(c) + g, c)
        weighted.store(weighted.vector(c).addingProduct(g, value - map.mean.vector(c)), c)
      }
    }
    for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
      weighted.store(weighted.vector(c) * inverse.vector(c), c)
    }
  }

  /// dx ← scale·(g − plain − (x − mean)·weighted) (+ dx where `accumulate`); dx may be dy.
  static func gradient(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, channels: Int, _ map: Map,
    plain: UnsafePointer<Float>, weighted: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    for row in 0..<rows {
      let start = row * channels
      for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
        let value = x.vector(start + c)
        var g = dy.vector(start + c)
        if map.rectified { g.replace(with: 0, where: map(value, c) .<= 0) }
        g = (g - plain.vector(c)).addingProduct(map.mean.vector(c) - value, weighted.vector(c)) * map.scale.vector(c)
        dx.put(g, start + c, lanes: channels - c, accumulate: accumulate)
      }
    }
  }
}
