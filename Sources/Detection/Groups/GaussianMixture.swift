import Glibc

/// Two normal distributions over one line, fitted to numbers by expectation and maximisation.
///
/// The start is fixed (the quarter points of the sorted numbers), sums run in sorted order, and the variances have a
/// floor: the same numbers in any order give the same mixture.
package struct GaussianMixture: Sendable, Equatable {
  /// One of the two distributions.
  package struct Component: Sendable, Equatable {
    /// The share of the numbers that it accounts for, 0 to 1.
    package var weight: Double
    /// Its mean.
    package var mean: Double
    /// Its standard deviation.
    package var deviation: Double

    /// A normal distribution of the given share, mean and standard deviation, which is above 0.
    package init(weight: Double, mean: Double, deviation: Double) {
      self.weight = weight
      self.mean = mean
      self.deviation = deviation
    }

    /// From its share of the total weight, and its moments.
    fileprivate init(_ moments: Moments, of total: Double, floor: Double) {
      self.init(weight: moments.weight / total, mean: moments.mean, deviation: max(floor, moments.deviation))
    }

    /// The logarithm of its part of the mixture's density.
    fileprivate var logDensity: LogDensity { LogDensity(component: self, height: log(weight / deviation)) }
  }

  /// A component's density, of which what is the same for all numbers has been worked out.
  fileprivate struct LogDensity {
    private static let normalization = log(2 * Double.pi) / 2
    let component: Component
    let height: Double

    func callAsFunction(_ x: Double) -> Double {
      let z = (x - component.mean) / component.deviation
      return height - z * z / 2 - Self.normalization
    }
  }

  /// The component of the smaller mean.
  package private(set) var lower: Component
  /// The component of the larger mean.
  package private(set) var upper: Component

  fileprivate typealias Moments = (weight: Double, mean: Double, deviation: Double)

  /// Fewer numbers do not show two components.
  private static let fewest = 8
  private static let iterations = 500
  /// Of the logarithm of the likelihood, by number: what a further step must gain.
  private static let tolerance = 1e-9
  /// Of the whole spread: no component is narrower, so that none closes on one number.
  private static let narrowest = 0.02

  /// The mixture of the given components.
  package init(lower: Component, upper: Component) {
    self.lower = lower
    self.upper = upper
  }

  /// The mixture that fits the numbers; nil where there are fewer than eight, or all are the same.
  package init?(fitting numbers: [Float]) {
    let sorted = numbers.map(Double.init).sorted()
    let whole = Self.moments(sorted) { _ in 1 }
    guard sorted.count >= Self.fewest, whole.deviation > 0 else { return nil }
    let half = whole.deviation / 2
    lower = Component(weight: 0.5, mean: sorted[sorted.count / 4], deviation: half)
    upper = Component(weight: 0.5, mean: sorted[sorted.count * 3 / 4], deviation: half)
    fit(sorted, floor: whole.deviation * Self.narrowest)
  }

  /// The mixture that fits the numbers, found from the posterior of each, the probability that it is of the upper
  /// component; nil where there are fewer than eight, or all are the same or of the same component.
  package init?(fitting numbers: [Float], from posteriors: [Double]) {
    precondition(
      numbers.count == posteriors.count, "\(posteriors.count) posteriors for \(numbers.count) numbers")
    let order = numbers.indices.sorted { (numbers[$0], posteriors[$0]) < (numbers[$1], posteriors[$1]) }
    let sorted = order.map { Double(numbers[$0]) }
    let whole = Self.moments(sorted) { _ in 1 }
    let (high, low) = (
      Self.moments(sorted) { posteriors[order[$0]] }, Self.moments(sorted) { 1 - posteriors[order[$0]] }
    )
    guard sorted.count >= Self.fewest, whole.deviation > 0, high.weight > 0, low.weight > 0 else { return nil }
    let floor = whole.deviation * Self.narrowest
    lower = Component(low, of: whole.weight, floor: floor)
    upper = Component(high, of: whole.weight, floor: floor)
    fit(sorted, floor: floor)
  }

  private mutating func fit(_ sorted: [Double], floor: Double) {
    var before = -Double.infinity
    for _ in 0..<Self.iterations {
      let likelihood = improve(sorted, floor: floor)
      if likelihood - before < Self.tolerance { break }
      before = likelihood
    }
    if lower.mean > upper.mean { swap(&lower, &upper) }
  }

  /// How far the two means lie apart, over the root mean square of the deviations (Ashman's D). From 2 on two equal
  /// components show two peaks. 0 where one of them accounts for nothing.
  package var distance: Double {
    guard lower.weight > 0, upper.weight > 0 else { return 0 }
    let spread = (lower.deviation * lower.deviation + upper.deviation * upper.deviation) / 2
    return (upper.mean - lower.mean) / spread.squareRoot()
  }

  /// The posterior of a number: the probability that it came from the upper component.
  package func posterior(_ x: Double) -> Double {
    // By the difference of the logarithms: far out both densities are zero.
    let difference = lower.logDensity(x) - upper.logDensity(x)
    return 1 / (1 + exp(difference))
  }

  /// The same posterior, but 0 below the lower's mean and 1 above the upper's: far out a wider component would claim
  /// both sides.
  func posteriorBetweenMeans(_ x: Double) -> Double {
    if x <= lower.mean { return 0 }
    return x >= upper.mean ? 1 : posterior(x)
  }

  /// One step of expectation and maximisation.
  ///
  /// - Returns: the mean logarithm of the likelihood before the step.
  private mutating func improve(_ sorted: [Double], floor: Double) -> Double {
    let count = Double(sorted.count)
    let (lowerDensity, upperDensity) = (lower.logDensity, upper.logDensity)
    var (shares, likelihood) = ([Double](), 0.0)
    shares.reserveCapacity(sorted.count)
    for x in sorted {
      let (low, high) = (lowerDensity(x), upperDensity(x))
      shares.append(1 / (1 + exp(low - high)))
      likelihood += max(low, high) + log1p(exp(-(low - high).magnitude))
    }
    let (high, low) = (Self.moments(sorted) { shares[$0] }, Self.moments(sorted) { 1 - shares[$0] })
    upper = Component(high, of: count, floor: floor)
    lower = Component(low, of: count, floor: floor)
    return likelihood / count
  }

  /// Total weight, mean and standard deviation of weighted numbers.
  private static func moments(_ numbers: [Double], weight: (Int) -> Double) -> Moments {
    var (total, sum) = (0.0, 0.0)
    for (index, x) in numbers.enumerated() {
      total += weight(index)
      sum += weight(index) * x
    }
    guard total > 0 else { return (0, 0, 0) }
    let mean = sum / total
    var squares = 0.0
    for (index, x) in numbers.enumerated() { squares += weight(index) * (x - mean) * (x - mean) }
    return (total, mean, (squares / total).squareRoot())
  }
}
