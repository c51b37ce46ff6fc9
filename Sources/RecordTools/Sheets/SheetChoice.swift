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
  /// Where the first records are of one class: the chosen ones in the order of the turns, which are the first records until
  /// others come, `count` at most. What is displaced never comes back.
  private var inTurn: [(place: Place, candidate: Candidate)] = []
  /// Records seen of each class.
  private var seen: [Int: Int] = [:]

  /// Of which turn a record is, and of which class: the order of a sheet.
  private typealias Place = (turn: Int, label: Int)

  /// A choice of so many records, of a stream of so many classes, where that is known.
  init(count: Int, classes: Int?) { (self.count, self.classes) = (count, classes) }

  /// Whether no record that is still to come would be chosen.
  var isOver: Bool {
    guard first.count == count else { return false }
    guard let last = inTurn.last?.place else { return true }
    guard let classes else { return false }
    return (0..<classes).allSatisfy { last < (seen[$0] ?? 0, $0) }
  }

  /// Looks at the records of a batch, given with their ids.
  mutating func add(_ batch: ImageBatch, ids: [Int]) {
    let labels = batch.labels
    for (row, id) in ids.enumerated() {
      if first.count < count {
        first.append((id, batch.records(row..<row + 1)))
        if let labels { firstLabels.insert(labels[row]) }
        if first.count == count { beginTurns() }
      } else if let label = labels?[row], let last = inTurn.last?.place {
        let place = (turn: seen[label] ?? 0, label: label)
        seen[label] = place.turn + 1
        guard place < last, let index = inTurn.firstIndex(where: { place < $0.place }) else { continue }
        inTurn.insert((place, (id, batch.records(row..<row + 1))), at: index)
        inTurn.removeLast()
      }
    }
  }

  /// Where all of the first records are of one class, others take their turns.
  private mutating func beginTurns() {
    guard firstLabels.count == 1, count > 1, classes != 1, let label = firstLabels.first else { return }
    seen[label] = count
    inTurn = first.enumerated().map { ((turn: $0.offset, label: label), $0.element) }
  }

  /// The records chosen.
  var chosen: [Candidate] { inTurn.isEmpty ? first : inTurn.map(\.candidate) }
}
