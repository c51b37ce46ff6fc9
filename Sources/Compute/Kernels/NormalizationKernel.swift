/// The loops of batch and instance normalisation over pixels [rows, channels]. Where x holds more channels than are
/// normalised, its rows lie `rowStride` floats apart, and those of dx likewise; all other arrays are dense.
///
/// A row's channels are taken a vector at a time and every array is read in order, so memory sets the pace. What is
/// kept per channel lies in arrays of `stride(channels)` floats, whose last vector may be written whole.
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
    _ x: UnsafePointer<Float>, rows: Int, channels: Int, rowStride: Int, mean: UnsafeMutablePointer<Float>,
    squares: UnsafeMutablePointer<Float>
  ) {
    let width = Vector.scalarCount
    mean.update(repeating: 0, count: stride(channels))
    squares.update(repeating: 0, count: stride(channels))
    for row in 1..<max(1, rows) {
      let values = x + row * rowStride
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

  /// What normalisation does to a channel: y = (x − mean)·scale + shift (+ residual), then the rectifier min(ceiling,
  /// max(0, y)) if asked for.
  struct Map {
    var mean: UnsafePointer<Float>
    var scale: UnsafePointer<Float>
    var shift: UnsafePointer<Float>
    var rectified: Bool
    var ceiling = Float.infinity

    @inline(__always)
    func callAsFunction(_ x: Vector, _ c: Int) -> Vector {
      shift.vector(c).addingProduct(x - mean.vector(c), scale.vector(c))
    }

    /// g where the rectifier let y = map(x) pass, and 0 elsewhere.
    @inline(__always)
    func passing(_ g: Vector, _ x: Vector, _ c: Int) -> Vector {
      let y = self(x, c)
      return g.replacing(with: 0, where: (y .<= 0) .| (y .>= ceiling))
    }
  }

  /// y ← map(x) (+ residual), rectified if the map says so.
  static func normalize(
    _ x: UnsafePointer<Float>, rows: Int, channels: Int, rowStride: Int, _ map: Map, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let (start, source) = (row * channels, row * rowStride)
      for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
        var value = map(x.vector(source + c), c)
        if let residual { value += residual.vector(start + c) }
        if map.rectified {
          value.replace(with: 0, where: value .< 0)
          value.replace(with: map.ceiling, where: value .> map.ceiling)
        }
        y.put(value, start + c, lanes: channels - c)
      }
    }
  }

  /// The rectifier's mask where a residual was added: dy passes where y is positive, and what passes is written to g,
  /// perhaps over dy.
  struct Mask {
    var y: UnsafePointer<Float>
    var g: UnsafeMutablePointer<Float>

    func advanced(by floats: Int) -> Mask { Mask(y: y + floats, g: g + floats) }
  }

  /// Σ g and Σ g·x̂ of every channel, with x̂ = (x − mean)·inverse. g is dy where the rectifier lets it pass, by the
  /// mask or else by the map, and 0 elsewhere.
  static func gradientSums(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, channels: Int, rowStride: Int, _ map: Map,
    inverse: UnsafePointer<Float>, mask: Mask?, sumG: UnsafeMutablePointer<Float>, sumGX: UnsafeMutablePointer<Float>
  ) {
    sumG.update(repeating: 0, count: stride(channels))
    sumGX.update(repeating: 0, count: stride(channels))
    for row in 0..<rows {
      let (start, source) = (row * channels, row * rowStride)
      for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
        let value = x.vector(source + c)
        var g = dy.vector(start + c)
        if let mask {
          g.replace(with: 0, where: mask.y.vector(start + c) .<= 0)
          mask.g.put(g, start + c, lanes: channels - c)
        } else if map.rectified {
          g = map.passing(g, value, c)
        }
        sumG.store(sumG.vector(c) + g, c)
        sumGX.store(sumGX.vector(c).addingProduct(g, value - map.mean.vector(c)), c)
      }
    }
    for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
      sumGX.store(sumGX.vector(c) * inverse.vector(c), c)
    }
  }

  /// dx ← scale·(g − meanG − (x − mean)·meanGX) (+ dx where `accumulate`); dx may be dy where its rows are dense.
  static func gradient(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, rows: Int, channels: Int, rowStride: Int, _ map: Map,
    meanG: UnsafePointer<Float>, meanGX: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    for row in 0..<rows {
      let (start, source) = (row * channels, row * rowStride)
      for c in Swift.stride(from: 0, to: channels, by: Vector.scalarCount) {
        let value = x.vector(source + c)
        var g = dy.vector(start + c)
        if map.rectified { g = map.passing(g, value, c) }
        g = (g - meanG.vector(c)).addingProduct(map.mean.vector(c) - value, meanGX.vector(c)) * map.scale.vector(c)
        dx.put(g, source + c, lanes: channels - c, accumulate: accumulate)
      }
    }
  }
}
