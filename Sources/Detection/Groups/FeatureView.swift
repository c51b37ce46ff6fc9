import Glibc

/// What of a picture's cosine transform is looked at: features that a perturbation moves in the same way in all pictures of
/// its class.
package enum FeatureView: String, Sendable, CaseIterable {
  /// The coefficients of the lowest 32 frequencies a dimension. A pattern or a pixel that all pictures of a class were
  /// given adds up here.
  case coefficients
  /// The mean logarithm of their power, in four by four bands of frequency for each channel. Noise that no two pictures
  /// share has a spectrum of its own.
  case bands

  /// Frequencies a dimension that are looked at one by one.
  private static let frequencies = 32
  /// Bands a dimension.
  private static let bandsOfDimension = 4

  /// Cells a dimension of so many frequencies.
  fileprivate func cells(of size: Int) -> Int { min(size, self == .bands ? Self.bandsOfDimension : Self.frequencies) }

  /// The cell of each of a dimension's frequencies, from the lowest on, as far as they are looked at.
  fileprivate func cellOfEach(of size: Int) -> [Int] {
    let cells = cells(of: size)
    return self == .bands ? (0..<size).map { $0 * cells / size } : Array(0..<cells)
  }
}

/// The features of pictures of one shape in one view.
struct FeatureExtractor {
  /// Features a picture.
  let length: Int
  private let view: FeatureView
  private let channels: Int
  private let width: Int
  /// The cell of each row and column of the transform.
  private let rows: [Int]
  private let columns: [Int]
  /// Cells of a row.
  private let across: Int
  /// How many coefficients a cell holds of each channel.
  private let counts: [Float]

  /// Added to every power, so that it has a logarithm: that of rounding to 8 bits, (1/255)²/12, about.
  private static let roundingPower: Float = 1e-6

  /// For pictures of the shape [C, H, W].
  init(_ view: FeatureView, shape: [Int]) {
    self.view = view
    (channels, width) = (shape[0], shape[2])
    (rows, columns) = (view.cellOfEach(of: shape[1]), view.cellOfEach(of: shape[2]))
    let (down, across) = (view.cells(of: shape[1]), view.cells(of: shape[2]))
    self.across = across
    length = channels * down * across
    let (inRow, inColumn) = (rows, columns)
    counts = (0..<down * across).map { cell in
      Float(inRow.count { $0 == cell / across } * inColumn.count { $0 == cell % across })
    }
  }

  /// Writes a picture's features [row, column, channel] from its cosine transform [H, W, C].
  func extract(_ transform: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>) {
    features.update(repeating: 0, count: length)
    for (u, row) in rows.enumerated() {
      for (v, column) in columns.enumerated() {
        let source = transform + (u * width + v) * channels
        let target = features + (row * across + column) * channels
        if view == .bands {
          for k in 0..<channels { target[k] += logf(source[k] * source[k] + Self.roundingPower) }
        } else {
          for k in 0..<channels { target[k] += source[k] }
        }
      }
    }
    guard view == .bands else { return }
    for index in 0..<length { features[index] /= counts[index / channels] }
  }
}
