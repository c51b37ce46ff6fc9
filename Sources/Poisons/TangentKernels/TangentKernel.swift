/// The neural tangent kernel Θ of an infinitely wide network, in double precision: what two pictures have in common for a
/// network that gradient descent trains.
protocol TangentKernel: Sendable {
  /// Pictures, and what the kernel knows of each alone.
  associatedtype Pictures: Sendable

  /// Pictures made ready, planar [C, H, W] each, in [0, 1].
  func pictures(_ planar: [[Float]]) -> Pictures

  /// Θ of every pair, row by row: [a × b].
  func matrix(_ a: Pictures, _ b: Pictures) -> [Double]

  /// The gradient of Σ weights[i][j]·Θ(xᵢ, x'ⱼ) with respect to the pictures xᵢ of `a`, planar.
  ///
  /// - Parameters:
  ///   - weights: [a × b].
  ///   - isSame: whether a and b are the same pictures. A pair of a picture with itself then moves as one.
  /// - Returns: for every picture the gradient by its place as x; that by its place as x' is left out.
  func gradient(_ a: Pictures, _ b: Pictures, weights: [Double], isSame: Bool) -> [[Double]]
}

/// The variances of the networks' initial weights and biases (METHODS 4.5).
enum TangentVariance {
  static let weight = 1.76
  static let bias = 0.18
}
