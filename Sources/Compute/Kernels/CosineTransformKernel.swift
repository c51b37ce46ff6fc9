import Glibc
import Threads

/// Discrete cosine transforms of pictures, one picture a piece: a product with a matrix along each dimension.
enum CosineTransformKernel {
  /// The orthonormal matrix of the transform of so many numbers, [frequency, place]:
  /// √(2/n)·cos(π·k·(2j + 1)/(2n)), the row of k = 0 over √2.
  private static func matrix(_ size: Int) -> Storage {
    var values: [Float] = []
    values.reserveCapacity(size * size)
    for frequency in 0..<size {
      let scale = ((frequency == 0 ? 1 : 2) / Double(size)).squareRoot()
      for place in 0..<size {
        values.append(Float(scale * cos(Double.pi * Double(frequency * (2 * place + 1)) / Double(2 * size))))
      }
    }
    return Storage(values)
  }

  /// y ← the transform of each picture of x [N, H, W, C] along H, W and C, or with `inverse` the inverse one. The
  /// storages are two different ones.
  static func transform(_ x: Storage, height: Int, width: Int, channels: Int, inverse: Bool = false, into y: Storage) {
    let (row, size) = (width * channels, height * width * channels)
    precondition(
      x.count == y.count && (size == 0 ? x.count == 0 : x.count % size == 0), "\(x.count) of pictures of \(size)")
    guard x.count > 0 else { return }
    let (vertical, horizontal, colour) = (matrix(height), matrix(width), matrix(channels))
    let scratch = Storage(count: x.count)
    Parallel.forEachPiece(x.count / size) { picture in
      let (source, middle, target) = (
        x.base + picture * size, scratch.base + picture * size, y.base + picture * size
      )
      MatrixMultiply.multiply(
        .init(vertical.base, rows: height, columns: height), transposed: inverse,
        .init(source, rows: height, columns: row), into: .init(target, rows: height, columns: row))
      for line in 0..<height {
        MatrixMultiply.multiply(
          .init(horizontal.base, rows: width, columns: width), transposed: inverse,
          .init(target + line * row, rows: width, columns: channels),
          into: .init(middle + line * row, rows: width, columns: channels))
      }
      MatrixMultiply.multiply(
        .init(middle, rows: height * width, columns: channels), transposed: false,
        .init(colour.base, rows: channels, columns: channels), transposed: !inverse,
        into: .init(target, rows: height * width, columns: channels))
    }
  }
}
