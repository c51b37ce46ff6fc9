/// Numbers with a shape, in row-major order: what tests compare.
public struct NumberArray: Sendable, Equatable {
  public let shape: [Int]
  public let doubles: [Double]

  public init(_ doubles: [Double], shape: [Int]) {
    precondition(shape.reduce(1, *) == doubles.count, "shape \(shape) for \(doubles.count) numbers")
    (self.shape, self.doubles) = (shape, doubles)
  }

  public init(_ floats: [Float], shape: [Int]) { self.init(floats.map { Double($0) }, shape: shape) }

  /// The numbers rounded to single precision.
  public var floats: [Float] { doubles.map { Float($0) } }
  /// The numbers as integers; they must be whole.
  public var integers: [Int] { doubles.map { Int($0) } }

  /// Planar pictures [N, C, H, W] with the channels last, [N, H, W, C]; any other shape unchanged.
  public var channelsLast: NumberArray { permuted([0, 2, 3, 1]) }
  /// Pictures [N, H, W, C] as planar ones, [N, C, H, W]; any other shape unchanged.
  public var planar: NumberArray { permuted([0, 3, 1, 2]) }

  /// Axis i of the result is axis `axes[i]` of this array.
  private func permuted(_ axes: [Int]) -> NumberArray {
    guard shape.count == axes.count else { return self }
    let target = axes.map { shape[$0] }
    let steps = axes.map { shape[($0 + 1)...].reduce(1, *) }
    var result: [Double] = []
    result.reserveCapacity(doubles.count)
    for a in 0..<target[0] {
      for b in 0..<target[1] {
        for c in 0..<target[2] {
          for d in 0..<target[3] {
            result.append(doubles[a * steps[0] + b * steps[1] + c * steps[2] + d * steps[3]])
          }
        }
      }
    }
    return NumberArray(result, shape: target)
  }
}
