import Records

/// The records of a stream that a sheet has room for: the first, or where these are of one class, as in a sorted stream, the
/// first of every class in turn.
struct SheetChoice {
  typealias Candidate = (id: Int, record: ImageBatch)

  private let count: Int
  private let classes: Int?
  /// The first records, `count` at most.
  private var first: [Candidate] = []
  /// The labels that occur among them; empty where records have none.
  private var firstLabels: Set<Int> = []
  /// The first of every other class, `count` at most.
  private var others: [Int: [Candidate]] = [:]

  /// A choice of so many records, of a stream of so many classes, where that is known.
  init(count: Int, classes: Int?) { (self.count, self.classes) = (count, classes) }

  /// Whether no record that is still to come would be chosen.
  var isOver: Bool {
    guard first.count == count else { return false }
    guard firstLabels.count == 1, count > 1, classes != 1 else { return true }
    guard let classes, others.count == classes - 1 else { return false }
    let wanted = (count - 1) / classes + 1
    return others.values.allSatisfy { $0.count >= wanted }
  }

  /// Looks at the records of a batch, given with their ids.
  mutating func add(_ batch: ImageBatch, ids: [Int]) {
    let labels = batch.labels
    for (row, id) in ids.enumerated() where !isOver {
      if first.count < count {
        first.append((id, batch.records(row..<row + 1)))
        if let labels { firstLabels.insert(labels[row]) }
      } else if let label = labels?[row], !firstLabels.contains(label), others[label, default: []].count < count {
        others[label, default: []].append((id, batch.records(row..<row + 1)))
      }
    }
  }

  /// The records chosen.
  var chosen: [Candidate] {
    guard let label = firstLabels.first, !others.isEmpty else { return first }
    let classes = others.merging([label: first]) { $1 }.sorted { $0.key < $1.key }.map(\.value)
    let turns = (0..<count).flatMap { turn in classes.compactMap { turn < $0.count ? $0[turn] : nil } }
    return Array(turns.prefix(count))
  }
}
