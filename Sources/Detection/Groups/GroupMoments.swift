/// Sums over the numbers of records that fall into two groups in every class: what their means and their spread within
/// the groups follow from. A record may belong to both in part.
struct GroupMoments {
  /// Numbers a record.
  let length: Int
  /// What all records of a group of a class weigh, [class, group]; group 1 is the upper.
  private(set) var weights: [Double]
  /// Sums of the squares of those weights, [class, group].
  private(set) var squaredWeights: [Double]
  /// Sums of the records' numbers, [class, group, number].
  private(set) var sums: [Double]
  /// The sums of all records' squares, [number], or of all products, [number, number].
  private var products: [Double]
  private let isFull: Bool
  private var count = 0

  /// Nothing added yet. With `full`, how numbers go along with each other is followed; else each alone.
  init(classes: Int, length: Int, full: Bool) {
    (self.length, isFull) = (length, full)
    weights = [Double](repeating: 0, count: classes * 2)
    squaredWeights = weights
    sums = [Double](repeating: 0, count: classes * 2 * length)
    products = [Double](repeating: 0, count: full ? length * length : length)
  }

  /// Adds a record of a class that belongs to the upper group by a chance.
  mutating func add(_ x: ArraySlice<Float>, label: Int, chance: Double) {
    count += 1
    for (group, weight) in [(0, 1 - chance), (1, chance)] where weight > 0 {
      let row = label * 2 + group
      weights[row] += weight
      squaredWeights[row] += weight * weight
      for (index, number) in x.enumerated() { sums[row * length + index] += weight * Double(number) }
    }
    if isFull {
      for (index, number) in x.enumerated() {
        for (other, second) in x.enumerated() {
          products[index * length + other] += Double(number) * Double(second)
        }
      }
    } else {
      for (index, number) in x.enumerated() { products[index] += Double(number) * Double(number) }
    }
  }

  /// The sums of one group of a class.
  func sum(label: Int, group: Int) -> ArraySlice<Double> {
    let start = (label * 2 + group) * length
    return sums[start..<start + length]
  }

  /// The map after which numbers spread by one within groups; nil where they do not spread as numbers do.
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
