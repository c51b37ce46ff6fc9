/// The two groups of one class, counted: how many records each holds, and of how many the classifier knows the label.
struct ClassGroups {
  /// The records of the lower group and of the upper.
  private var all = [0.0, 0.0]
  /// Those of them whose label is known.
  private var known = [0.0, 0.0]

  /// Counts a record.
  mutating func add(isUpper: Bool, isKnown: Bool) {
    let group = isUpper ? 1 : 0
    all[group] += 1
    known[group] += isKnown ? 1 : 0
  }

  /// Counts the records of another class, whose groups differ in the same way.
  mutating func add(_ other: ClassGroups) {
    for group in 0..<2 {
      all[group] += other.all[group]
      known[group] += other.known[group]
    }
  }

  /// The number of records.
  var count: Double { all[0] + all[1] }

  /// The number of those whose label is known or of the others, whichever are fewer.
  var fewer: Double { min(known[0] + known[1], count - known[0] - known[1]) }

  /// Whether the classifier knows nearly all of the class or none, and so says nothing of its groups.
  var isOneSided: Bool { fewer < GroupDiscriminant.smallestWeight }

  /// Whether the classifier knows one of the groups better than chance would have it, by two standard errors of a class
  /// in which both are known alike; or says nothing of them.
  var isConfirmed: Bool { isOneSided || advantage.map { $0.magnitude >= 2 * chanceError } ?? false }

  /// Whether that is the lower group, which then is the perturbed one.
  var isReversed: Bool { !isOneSided && isConfirmed && advantage.map { $0 < 0 } ?? false }

  /// √(p(1 − p)(1/n₀ + 1/n₁)), p the share of the class that is known: of few records, all or none of which are known, the
  /// groups' own shares would have no error at all.
  private var chanceError: Double {
    let rate = (known[0] + known[1]) / count
    return (rate * (1 - rate) * (1 / all[0] + 1 / all[1])).squareRoot()
  }

  /// By how much more often the upper group's labels are known than the lower's, −1 to 1; nil where one is empty.
  var advantage: Double? {
    min(all[0], all[1]) > 0 ? known[1] / all[1] - known[0] / all[0] : nil
  }

  /// The square of that figure's standard error, as of two shares; 0 where a group is empty.
  var advantageVariance: Double {
    guard min(all[0], all[1]) > 0 else { return 0 }
    return (0..<2).reduce(0) { sum, group in
      let rate = known[group] / all[group]
      return sum + rate * (1 - rate) / all[group]
    }
  }
}
