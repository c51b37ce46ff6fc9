import Compute

/// One autoregressive process a channel: every element is a weighted sum of the eight before it in a 3×3 window.
///
///     s[c, i + 2, j + 2] = Σ_(a, b) B[c, a, b]·s[c, i + a, j + b],  B[c, 2, 2] = 0,  Σ_(a, b) B[c, a, b] = 1
struct AutoregressiveFilter: Equatable {
  /// Rows and columns of the start that are cut away: they have not forgotten the noise that a process starts from.
  static let cropped = 4

  /// B, nine numbers a channel, row by row.
  let coefficients: [[Float]]

  /// The filter of the given nine numbers a channel.
  init(coefficients: [[Float]]) { self.coefficients = coefficients }

  /// The filter of eight numbers a channel from N(0, 1): divided by their sum, a 0 behind them.
  init(normalNumbers numbers: ArraySlice<Float>) {
    coefficients = stride(from: numbers.startIndex, to: numbers.endIndex, by: 8).map { start in
      let weights = numbers[start..<start + 8]
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum } + [0]
    }
  }

  /// Planar pictures [C, height, width] of the process, from noise that follows from the coordinates.
  func picture(height: Int, width: Int, seed: UInt64, purpose: String, record: Int, step: Int = 0) -> [Float] {
    let (rows, columns) = (height + Self.cropped, width + Self.cropped)
    var signal = normalNumbers(
      count: coefficients.count * rows * columns, seed: seed, purpose: purpose, record: record, step: step)
    var picture: [Float] = []
    picture.reserveCapacity(coefficients.count * height * width)
    for (channel, weights) in coefficients.enumerated() {
      let base = channel * rows * columns
      for row in 0..<rows - 2 {
        for column in 0..<columns - 2 {
          let corner = base + row * columns + column
          signal[corner + 2 * columns + 2] = Self.sum(weights, signal, corner, columns)
        }
      }
      for row in Self.cropped..<rows {
        picture += signal[base + row * columns + Self.cropped..<base + (row + 1) * columns]
      }
    }
    return picture
  }

  /// What is left of a planar picture [C, height, width] where every element is compared with what the process makes of
  /// its window, [C, height − 2, width − 2]: about 0 for pictures of this process.
  func residual(_ picture: [Float], height: Int, width: Int) -> [Float] {
    coefficients.enumerated().flatMap { channel, weights in
      (0..<max(0, height - 2)).flatMap { row in
        (0..<max(0, width - 2)).map { column in
          let corner = (channel * height + row) * width + column
          return Self.sum(weights, picture, corner, width) - picture[corner + 2 * width + 2]
        }
      }
    }
  }

  /// How strongly another process's picture answers to this filter: the sum of the positive residuals, those of the
  /// channels added up first.
  func response(to picture: [Float], height: Int, width: Int) -> Float {
    let residual = residual(picture, height: height, width: width)
    let places = residual.count / max(1, coefficients.count)
    return (0..<places).reduce(0) { sum, place in
      sum + max(0, coefficients.indices.reduce(0) { $0 + residual[$1 * places + place] })
    }
  }

  private static func sum(_ weights: [Float], _ signal: [Float], _ corner: Int, _ columns: Int) -> Float {
    var sum: Float = 0
    for row in 0..<3 {
      for column in 0..<3 { sum += weights[3 * row + column] * signal[corner + row * columns + column] }
    }
    return sum
  }
}
