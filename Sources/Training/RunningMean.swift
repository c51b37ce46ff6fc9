/// Means over the steps of an epoch, every step weighing the same.
struct RunningMean {
  private var sums: [(name: String, sum: Double, digits: Int)] = []
  private var count = 0

  mutating func add(_ figures: [Figure]) {
    if count == 0 { sums = figures.map { ($0.name, 0, $0.digits) } }
    for (index, figure) in figures.enumerated() { sums[index].sum += figure.value }
    count += 1
  }

  var figures: [Figure] {
    sums.map { Figure($0.name, $0.sum / Double(max(1, count)), digits: $0.digits) }
  }
}
