import OrderedCollections
import Records

/// Means over the steps of an epoch, each weighing as much as it has records.
struct RunningMean {
  private var figureSums: [Figure] = []
  /// Steps that went into it.
  private(set) var count = 0
  /// Records that went into it.
  private(set) var records = 0

  init() {}

  /// The means of the steps that an earlier run took on some records each.
  init(sums: OrderedDictionary<String, Double>, of pieces: ArraySlice<[Int]>) {
    figureSums = sums.map { Figure($0.key, $0.value) }
    count = pieces.count
    records = pieces.reduce(0) { $0 + $1.count }
  }

  /// - Throws: a data failure where a checkpoint's figures are others.
  mutating func add(_ figures: [Figure], records: Int) throws {
    let figures = figures.map { $0.with($0.value * Double(records)) }
    if count == 0 {
      figureSums = figures
    } else {
      guard figures.map(\.name) == figureSums.map(\.name) else {
        throw Failure(
          .data, "the checkpoint has the figures \(figureSums.map(\.name)), the training \(figures.map(\.name))")
      }
      figureSums = zip(figureSums, figures).map { $1.with($0.value + $1.value) }
    }
    count += 1
    self.records += records
  }

  /// The sums over all steps, by the figures' names.
  var sums: OrderedDictionary<String, Double> {
    OrderedDictionary(figureSums.map { ($0.name, $0.value) }) { $1 }
  }

  var figures: [Figure] { figureSums.map { $0.with($0.value / Double(max(1, records))) } }
}

extension Figure {
  /// The same figure with another value.
  fileprivate func with(_ value: Double) -> Figure { Figure(name, value, format, unit: unit) }
}
