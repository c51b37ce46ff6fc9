import Compute
import Glibc

/// Numbers that stand for a picture, which a perturbation moves in the same way in all pictures of its class.
package enum PictureView: String, Sendable, CaseIterable {
  /// The coefficients of the picture's cosine transform, of the lowest 32 frequencies a dimension. A pattern or a pixel
  /// that all pictures of a class were given adds up here.
  case coefficients
  /// The mean logarithm of their power, in four by four bands of frequency for each channel. Noise that no two pictures
  /// share has a spectrum of its own.
  case bands

  /// Frequencies a dimension that are looked at one by one.
  private static let frequencies = 32
  /// Bands a dimension.
  private static let bandsOfDimension = 4
  /// Added to every power, so that it has a logarithm: that of rounding to 8 bits, (1/255)²/12, about.
  private static let roundingPower: Float = 1e-6

  /// How many numbers stand for a picture of the shape [C, H, W].
  func length(of shape: [Int]) -> Int { shape[0] * grid(shape[1]) * grid(shape[2]) }

  /// The numbers of some pictures, one picture after the other, from their cosine transforms [N, H, W, C].
  func numbers(_ transforms: [Float], shape: [Int]) -> [Float] {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let (size, length) = (channels * height * width, length(of: shape))
    let (rows, columns, across) = (cells(height), cells(width), grid(width))
    let pictures = size > 0 ? transforms.count / size : 0
    var numbers = [Float](repeating: 0, count: pictures * length)
    for picture in 0..<pictures {
      for (u, row) in rows.enumerated() {
        for (v, column) in columns.enumerated() {
          let source = picture * size + (u * width + v) * channels
          let target = picture * length + (row * across + column) * channels
          for k in 0..<channels { numbers[target + k] += value(transforms[source + k]) }
        }
      }
    }
    guard self == .bands else { return numbers }
    let counts = (0..<grid(height) * across).map { cell in
      Float(rows.count { $0 == cell / across } * columns.count { $0 == cell % across })
    }
    for index in numbers.indices { numbers[index] /= counts[index % length / channels] }
    return numbers
  }

  private func value(_ coefficient: Float) -> Float {
    self == .bands ? logf(coefficient * coefficient + Self.roundingPower) : coefficient
  }

  /// Cells a dimension of so many frequencies.
  private func grid(_ size: Int) -> Int { min(size, self == .bands ? Self.bandsOfDimension : Self.frequencies) }

  /// The cells of a dimension's frequencies, from the lowest on, as far as they are looked at.
  private func cells(_ size: Int) -> [Int] {
    self == .bands ? (0..<size).map { $0 * grid(size) / size } : Array(0..<grid(size))
  }
}
