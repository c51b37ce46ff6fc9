/// Means over the steps of an epoch, every step weighing the same.
struct RunningMean {
  private var sums: [Figure] = []
  private var count = 0

  mutating func add(_ figures: [Figure]) {
    sums = count == 0 ? figures : zip(sums, figures).map { $0.with($0.value + $1.value) }
    count += 1
  }

  var figures: [Figure] { sums.map { $0.with($0.value / Double(max(1, count))) } }
}

extension Figure {
  /// The same figure with another value.
  fileprivate func with(_ value: Double) -> Figure { Figure(name, value, format, unit: unit) }
}
