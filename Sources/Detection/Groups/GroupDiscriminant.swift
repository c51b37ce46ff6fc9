/// Fisher's linear discriminant between the two groups of each class: w = S⁻¹·(m₁ − m₀) with S the covariance within
/// groups, which all classes share.
///
/// A record is scored by the means of the others alone, x·w − (m₁ + m₀)·w/2 over |S^½·w|: with its own share in the means
/// it would lie on the side that it was put on. From |m|², of which the middle is made, what noise alone adds to it is
/// taken, or every record would lie nearer to the group that it was not put in, whose mean is of one record more.
struct GroupDiscriminant {
  /// What a group weighs at least, in records: the means of fewer are those few records.
  static let smallestWeight = 8.0

  /// What groups weigh, and their weights' squares, [class, group].
  private let weights: [Double]
  private let squaredWeights: [Double]
  private let length: Int
  private let whitening: Whitening
  /// The whitened sums of every class, group by group.
  private let sums: [[Double]]
  /// Their products, [class, (lower · lower, lower · upper, upper · upper)].
  private let products: [(lower: Double, across: Double, upper: Double)]

  /// The discriminant of the groups; nil where numbers do not spread as numbers do.
  init?(_ moments: GroupMoments) {
    guard let whitening = moments.whitening else { return nil }
    (weights, squaredWeights, length) = (moments.weights, moments.squaredWeights, moments.length)
    self.whitening = whitening
    let sums = moments.weights.indices.map { whitening(moments.sum(label: $0 / 2, group: $0 % 2)) }
    products = stride(from: 0, to: sums.count, by: 2).map { row in
      (dot(sums[row], sums[row]), dot(sums[row], sums[row + 1]), dot(sums[row + 1], sums[row + 1]))
    }
    self.sums = sums
  }

  /// Whether both groups of a class hold enough records to be told apart.
  func tellsApart(_ label: Int) -> Bool {
    min(weights[label * 2], weights[label * 2 + 1]) >= Self.smallestWeight
  }

  /// How far a record lies on the side of the upper group, in deviations within the groups, 0 half way.
  ///
  /// - Parameter chance: by how much it was counted to the upper group. Precondition: its class is told apart.
  func score(_ x: ArraySlice<Float>, label: Int, chance: Double) -> Float {
    let z = whitening(x.lazy.map(Double.init))
    let (row, square) = (label * 2, dot(z, z))
    let (low, high) = (dot(z, sums[row]), dot(z, sums[row + 1]))
    let (inLower, inUpper) = (1 - chance, chance)
    let (lower, upper) = (weights[row] - inLower, weights[row + 1] - inUpper)
    // Products of the record and the means of the others, and of those means with each other.
    let nearLower = (low - inLower * square) / lower
    let nearUpper = (high - inUpper * square) / upper
    let (m00, m01, m11) = products[label]
    let lowerSquare = (m00 - 2 * inLower * low + inLower * inLower * square) / (lower * lower)
    let upperSquare = (m11 - 2 * inUpper * high + inUpper * inUpper * square) / (upper * upper)
    let across = (m01 - inUpper * low - inLower * high + inLower * inUpper * square) / (lower * upper)
    let apart = max(lowerSquare + upperSquare - 2 * across, .leastNormalMagnitude)
    let lowerNoise = Double(length) * (squaredWeights[row] - inLower * inLower) / (lower * lower)
    let upperNoise = Double(length) * (squaredWeights[row + 1] - inUpper * inUpper) / (upper * upper)
    let middle = (upperSquare - upperNoise - lowerSquare + lowerNoise) / 2
    return Float((nearUpper - nearLower - middle) / apart.squareRoot())
  }
}

extension GroupDiscriminant {
  /// What the perturbed pictures of several classes have in common: the mean of their m₁ − m₀.
  struct Common {
    fileprivate let whitening: Whitening
    fileprivate let direction: [Double]

    /// How far along it a record lies, in deviations within the groups.
    func score(_ x: ArraySlice<Float>) -> Float { Float(dot(whitening(x.lazy.map(Double.init)), direction)) }
  }

  /// What the classes given have in common; nil where there is none, or they have nothing. Precondition: they are told
  /// apart.
  func common(to labels: [Int]) -> Common? {
    var direction = [Double](repeating: 0, count: length)
    for label in labels {
      for index in direction.indices {
        direction[index] +=
          sums[label * 2 + 1][index] / weights[label * 2 + 1] - sums[label * 2][index] / weights[label * 2]
      }
    }
    let norm = dot(direction, direction).squareRoot()
    return norm > 0 ? Common(whitening: whitening, direction: direction.map { $0 / norm }) : nil
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}
