import Compute
import Glibc

/// Numbers that stand for a picture, which a perturbation moves in the same way in all pictures of its class.
public enum PictureView: String, Sendable, CaseIterable {
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
    let (rows, columns) = (grid(height), grid(width))
    let pictures = size > 0 ? transforms.count / size : 0
    var numbers = [Float](repeating: 0, count: pictures * length)
    for picture in 0..<pictures {
      for u in 0..<height {
        guard let row = cell(u, of: height) else { break }
        for v in 0..<width {
          guard let column = cell(v, of: width) else { break }
          let source = picture * size + (u * width + v) * channels
          let target = picture * length + (row * columns + column) * channels
          for k in 0..<channels { numbers[target + k] += value(transforms[source + k]) }
        }
      }
    }
    guard self == .bands else { return numbers }
    let counts = (0..<rows * columns).map { cell in
      Float(members(cell / columns, of: height) * members(cell % columns, of: width))
    }
    for index in numbers.indices { numbers[index] /= counts[index % length / channels] }
    return numbers
  }

  private func value(_ coefficient: Float) -> Float {
    self == .bands ? logf(coefficient * coefficient + Self.roundingPower) : coefficient
  }

  /// Cells a dimension of so many frequencies.
  private func grid(_ size: Int) -> Int { min(size, self == .bands ? Self.bandsOfDimension : Self.frequencies) }

  /// The cell of a frequency, nil from where on they are not looked at.
  private func cell(_ frequency: Int, of size: Int) -> Int? {
    if self == .bands { return frequency * grid(size) / size }
    return frequency < Self.frequencies ? frequency : nil
  }

  /// The frequencies of a band.
  private func members(_ band: Int, of size: Int) -> Int {
    (0..<size).count { $0 * grid(size) / size == band }
  }
}
