import Threads

/// Fisher's linear discriminant between the two groups of each class: w = S⁻¹·(m₁ − m₀) with S the covariance within
/// groups, which all classes share.
///
/// A record is scored by the means of the others alone, x·w − (m₁ + m₀)·w/2 over |S^½·w|: with its own share in the means
/// it would lie on the side that it was put on. From |m|², of which the middle is made, what noise alone adds to it is
/// taken, or every record would lie nearer to the group that it was not put in, whose mean is of one record more.
struct GroupDiscriminant {
  /// What a group weighs at least, in records: the means of fewer are those few records.
  static let smallestWeight = 8.0
  /// Records that one piece of work scores.
  private static let recordsAtOnce = 32

  /// What groups weigh, and their weights' squares, [class, group].
  private var weights: [Double]
  private var squaredWeights: [Double]
  private let length: Int
  private let whitening: Whitening
  /// The whitened sums of every class, group by group.
  private var sums: [[Double]]
  /// Their products, [class, (lower · lower, lower · upper, upper · upper)].
  private var products: [(lower: Double, across: Double, upper: Double)]

  /// The discriminant of the groups; nil where their covariance cannot be whitened.
  init?(_ moments: GroupMoments) {
    guard let whitening = moments.whitening else { return nil }
    (weights, squaredWeights, length) = (moments.weights, moments.squaredWeights, moments.length)
    self.whitening = whitening
    let sums = Parallel.map(moments.weights.count) { whitening(moments.sum(label: $0 / 2, group: $0 % 2)) }
    products = stride(from: 0, to: sums.count, by: 2).map { row in
      (dot(sums[row], sums[row]), dot(sums[row], sums[row + 1]), dot(sums[row + 1], sums[row + 1]))
    }
    self.sums = sums
  }

  /// Calls the upper group of a class the lower one, and the other way round.
  mutating func turn(_ label: Int) {
    let row = label * 2
    weights.swapAt(row, row + 1)
    squaredWeights.swapAt(row, row + 1)
    sums.swapAt(row, row + 1)
    let old = products[label]
    products[label] = (old.upper, old.across, old.lower)
  }

  /// Whether both groups of a class hold enough records to be told apart.
  func tellsApart(_ label: Int) -> Bool {
    min(weights[label * 2], weights[label * 2 + 1]) >= Self.smallestWeight
  }

  /// How far records lie on the side of the upper group, in deviations within the groups, 0 half way; nil for those of a
  /// class that is not told apart.
  ///
  /// - Parameter posteriors: by how much each was counted to the upper group. Precondition: there are as many of them,
  ///   and of labels, as records.
  func scores(_ rows: FeatureRows, labels: ArraySlice<Int>, posteriors: ArraySlice<Double>) -> [Float?] {
    let (label, posterior) = (labels.startIndex, posteriors.startIndex)
    return eachWhitened(rows) { record, z in
      let label = labels[label + record]
      return tellsApart(label) ? score(z, label: label, posterior: posteriors[posterior + record]) : nil
    }
  }

  /// On which side of a class's two groups the records of all other classes lie, along m₁ − m₀: −1 where the lower group lies,
  /// 1 where the upper one does; nil for a class that is not told apart, and where the two groups of the others do not lie on
  /// the same side.
  ///
  /// Pictures of other classes do not bear this class's perturbation, so that its clean group is the one that lies by them.
  /// Groups that pictures of every class have alike, such as those of two cameras, lie on both sides.
  func sideOfOthers(_ label: Int) -> Double? {
    guard tellsApart(label) else { return nil }
    let sides = (0..<2).map { group in
      side(of: weights.indices.filter { $0 / 2 != label && $0 % 2 == group }, label: label)
    }
    guard let lower = sides[0], let upper = sides[1], lower * upper > 0 else { return nil }
    return lower.magnitude < upper.magnitude ? lower : upper
  }

  /// The same of the groups of the rows given; nil where they hold too few records.
  private func side(of rows: [Int], label: Int) -> Double? {
    let row = label * 2
    let weight = rows.reduce(0) { $0 + weights[$1] }
    guard weight >= Self.smallestWeight else { return nil }
    var (along, apart) = (0.0, 0.0)
    for index in 0..<length {
      let (low, high) = (sums[row][index] / weights[row], sums[row + 1][index] / weights[row + 1])
      let mean = rows.reduce(0) { $0 + sums[$1][index] } / weight
      along += (mean - (low + high) / 2) * (high - low)
      apart += (high - low) * (high - low)
    }
    return apart > 0 ? 2 * along / apart : nil
  }

  /// The cosine between m₁ − m₀ of two classes, −1 to 1. Precondition: they are told apart.
  func cosine(_ label: Int, _ other: Int) -> Double {
    let (a, b) = (difference(label), difference(other))
    let norms = (dot(a, a) * dot(b, b)).squareRoot()
    return norms > 0 ? dot(a, b) / norms : 0
  }

  /// m₁ − m₀ of a class, whitened.
  private func difference(_ label: Int) -> [Double] {
    let row = label * 2
    return (0..<length).map { sums[row + 1][$0] / weights[row + 1] - sums[row][$0] / weights[row] }
  }

  private func score(_ z: UnsafeBufferPointer<Double>, label: Int, posterior: Double) -> Float {
    let row = label * 2
    let (square, low, high) = dots(z, sums[row], sums[row + 1])
    let (inLower, inUpper) = (1 - posterior, posterior)
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

  /// What `body` makes of each record's whitened features, on several threads.
  fileprivate func eachWhitened(
    _ rows: FeatureRows, _ body: (_ record: Int, _ z: UnsafeBufferPointer<Double>) -> Float?
  ) -> [Float?] {
    var scores = [Float?](repeating: nil, count: rows.count)
    scores.withUnsafeMutableBufferPointer { scores in
      Parallel.forEachRange(of: rows.count, length: Self.recordsAtOnce) { records in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.length) { z in
          for record in records {
            whitening.apply(rows[record], into: z)
            scores[record] = body(record, UnsafeBufferPointer(z))
          }
        }
      }
    }
    return scores
  }
}

extension GroupDiscriminant {
  /// What the perturbed pictures of several classes have in common: the mean of their m₁ − m₀.
  struct Common {
    fileprivate let discriminant: GroupDiscriminant
    fileprivate let direction: [Double]

    /// How far along it records lie, in deviations within the groups.
    func scores(_ rows: FeatureRows) -> [Float?] {
      discriminant.eachWhitened(rows) { _, z in direction.withUnsafeBufferPointer { Float(dot(z, $0)) } }
    }
  }

  /// What the classes given have in common; nil where there is none, or they have nothing. Precondition: they are told
  /// apart.
  func common(to labels: [Int]) -> Common? {
    var direction = [Double](repeating: 0, count: length)
    for label in labels {
      for (index, value) in difference(label).enumerated() { direction[index] += value }
    }
    let norm = dot(direction, direction).squareRoot()
    return norm > 0 ? Common(discriminant: self, direction: direction.map { $0 / norm }) : nil
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { dot(a, $0) } }
}

private func dot(_ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

/// z·z, z·a and z·b.
private func dots(_ z: UnsafeBufferPointer<Double>, _ a: [Double], _ b: [Double]) -> (Double, Double, Double) {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var sums = (0.0, 0.0, 0.0)
      for index in z.indices {
        sums.0 += z[index] * z[index]
        sums.1 += z[index] * a[index]
        sums.2 += z[index] * b[index]
      }
      return sums
    }
  }
}
