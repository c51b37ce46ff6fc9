import Threads

/// Sums over the features of records that fall into two groups in every class: what their means and the covariance within
/// the groups follow from. A record belongs to the upper group by its posterior, and to the lower one by the rest.
struct GroupMoments {
  /// Features a record.
  let length: Int
  /// What all records of a group of a class weigh, [class, group]; group 1 is the upper.
  private(set) var weights: [Double]
  /// Sums of the squares of those weights, [class, group].
  private(set) var squaredWeights: [Double]
  /// Sums of the records' features, [class, group, feature].
  private(set) var sums: [Double]
  /// The sums of all records' squares, [feature], or of all products, [feature, feature].
  private var products: [Double]
  private let isFull: Bool
  private var count = 0

  /// Features that one piece of work adds up: their sums of all groups stay in the cache.
  private static let columnsAtOnce = 128

  /// Nothing added yet. With `full` the covariance of features is followed, else the variance of each alone.
  init(classes: Int, length: Int, full: Bool) {
    (self.length, isFull) = (length, full)
    weights = [Double](repeating: 0, count: classes * 2)
    squaredWeights = weights
    sums = [Double](repeating: 0, count: classes * 2 * length)
    products = [Double](repeating: 0, count: full ? length * length : length)
  }

  /// Adds records, given by their features, classes and posteriors. Precondition: there are as many of each.
  ///
  /// Threads share the features among them, and not the records: every sum runs over these in their order.
  mutating func add(_ rows: FeatureRows, labels: ArraySlice<Int>, posteriors: ArraySlice<Double>) {
    precondition(labels.count == rows.count && posteriors.count == rows.count, "records of several numbers")
    count += rows.count
    let shares = zip(labels, posteriors).map { (row: $0 * 2, lower: 1 - $1, upper: $1) }
    for share in shares {
      for (row, weight) in [(share.row, share.lower), (share.row + 1, share.upper)] where weight > 0 {
        weights[row] += weight
        squaredWeights[row] += weight * weight
      }
    }
    addSums(rows, shares)
    addProducts(rows)
  }

  /// What of a record goes to the two groups of its class; `row` is the lower one's.
  private typealias Share = (row: Int, lower: Double, upper: Double)

  private mutating func addSums(_ rows: FeatureRows, _ shares: [Share]) {
    let length = length
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      Parallel.forEachRange(of: length, length: Self.columnsAtOnce) { columns in
        for (record, share) in shares.enumerated() {
          let x = rows[record] + columns.lowerBound
          let lower = sums + share.row * length + columns.lowerBound
          if share.lower > 0 { accumulate(x, times: share.lower, count: columns.count, into: lower) }
          if share.upper > 0 { accumulate(x, times: share.upper, count: columns.count, into: lower + length) }
        }
      }
    }
  }

  private mutating func addProducts(_ rows: FeatureRows) {
    let (length, isFull) = (length, isFull)
    products.withUnsafeMutableBufferPointer { products in
      guard let products = products.baseAddress else { return }
      Parallel.forEachRange(of: length, length: isFull ? 1 : Self.columnsAtOnce) { columns in
        for record in 0..<rows.count {
          let (x, first) = (rows[record], columns.lowerBound)
          if isFull {
            accumulate(x, times: Double(x[first]), count: length, into: products + first * length)
          } else {
            accumulateSquares(x + first, count: columns.count, into: products + first)
          }
        }
      }
    }
  }

  /// The sums of one group of a class.
  func sum(label: Int, group: Int) -> ArraySlice<Double> {
    let start = (label * 2 + group) * length
    return sums[start..<start + length]
  }

  /// The map after which the covariance within groups is the identity; nil where that covariance is not finite or has no
  /// eigenvectors that can be found.
  var whitening: Whitening? {
    var within = products
    for row in weights.indices where weights[row] > 0 {
      let start = row * length
      for index in 0..<length {
        let mean = sums[start + index] / weights[row]
        if isFull {
          for other in 0..<length { within[index * length + other] -= mean * sums[start + other] }
        } else {
          within[index] -= mean * sums[start + index]
        }
      }
    }
    let covariance = within.map { $0 / Double(max(1, count)) }
    return isFull ? Whitening(covariance: covariance, length: length) : Whitening(variances: covariance)
  }
}

/// sums ← sums + weight·x.
private func accumulate(
  _ x: UnsafePointer<Float>, times weight: Double, count: Int, into sums: UnsafeMutablePointer<Double>
) {
  for index in 0..<count { sums[index] += weight * Double(x[index]) }
}

/// sums ← sums + x·x.
private func accumulateSquares(_ x: UnsafePointer<Float>, count: Int, into sums: UnsafeMutablePointer<Double>) {
  for index in 0..<count { sums[index] += Double(x[index]) * Double(x[index]) }
}
