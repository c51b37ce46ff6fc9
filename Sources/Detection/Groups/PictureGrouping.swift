import Compute
import Records
import Training

/// Looks for two groups among the pictures of all records, in every view of them at once.
package struct PictureGrouping {
  /// Rounds at most; groups that are there are found in two or three.
  private static let rounds = 8
  /// Searches have settled when at most one record of so many changes from one to the other.
  private static let changeable = 1000
  /// Pixels that are transformed at a time: 256 pictures of 32×32.
  private static let pixelsAtOnce = 256 * 1024

  /// The longest side of a picture in pixels: the transform takes a matrix of as many rows and columns.
  private static let longestSide = 2048

  private let spool: BatchSpool
  /// The classes that occur, numbered anew.
  private let labels: [Int]
  /// The records of each of those classes.
  private let members: [[Int]]
  private let shape: [Int]

  /// The pictures of a spool, with all records' labels; nil where there are none, or of several sizes, or where a side
  /// is longer than 2,048 pixels. Precondition: there are as many labels as records.
  ///
  /// - Throws: what reading the spool throws.
  package init?(_ spool: BatchSpool, labels: [Int]) throws {
    var shapes: Set<[Int]> = []
    try spool.forEach { batch in if batch.count > 0, let image = batch.image { shapes.insert(image.recordShape) } }
    guard shapes.count == 1, let shape = shapes.first, shape.allSatisfy({ $0 <= Self.longestSide }) else { return nil }
    (self.spool, self.shape) = (spool, shape)
    var (numbers, members) = ([Int: Int](), [[Int]]())
    self.labels = labels.enumerated().map { record, label in
      let number = numbers[label] ?? members.count
      if number == members.count { members.append([]) }
      members[number].append(record)
      numbers[label] = number
      return number
    }
    self.members = members
  }

  /// The groups that lie farthest apart, and of distinct ones those that the classifier also tells apart best.
  ///
  /// Each view sets out from the guess, and once more from the groups that the other has found: what one sees badly the
  /// other may see well enough to begin with (co-training, Blum and Mitchell 1998).
  /// - Parameters:
  ///   - scores: what the classifier makes of the records; those whose label it knows are the first guess of the upper
  ///     group. Precondition: there are as many as records.
  ///   - observer: told how far the search has come, after each batch.
  /// - Returns: nil only where there is no view.
  /// - Throws: what reading the spool throws.
  package func groups(
    from scores: [RecordScore], observer: (GroupSearchProgress) -> Void = { _ in }
  ) throws -> PictureGroups? {
    let (known, guess) = (scores.map(\.isPredicted), firstGuess(scores))
    let first = try settled(PictureView.allCases.map { GroupSearch($0, from: guess, members: members) }, observer)
    let second = try settled(
      first.map { search in
        let other = first.first { $0.view != search.view } ?? search
        return GroupSearch(search.view, from: other.chances, members: members)
      }, observer)
    let last = try borrowed(second, observer)
    let found = (first + last).map { $0.groups(known: known, labels: labels) }
    // Where the groups of one class came out the wrong way round, their distance is as good as ever, but not the advantage.
    return found.filter(\.areDistinct).max { $0.distance * $0.advantage < $1.distance * $1.advantage }
      ?? found.max { $0.distance < $1.distance }
  }

  /// The searches, gone on with from where classes that are one group borrow what tells the others apart. Perturbations of
  /// several classes are often of the same kind, and one class alone may have set out from too poor a guess.
  private func borrowed(
    _ settled: [GroupSearch], _ observer: (GroupSearchProgress) -> Void
  ) throws -> [GroupSearch] {
    guard settled.contains(where: \.canBorrow) else { return settled }
    var searches = settled
    try forEachRecord({ observer(GroupSearchProgress(round: 0, records: $0)) }) { view, record, numbers in
      searches[view].scoreByOthers(record, numbers)
    }
    for index in searches.indices where searches[index].canBorrow { searches[index].setOutAnew() }
    return try self.settled(searches, observer)
  }

  /// Which records look perturbed to the classifier: those whose labels it knows, but in a class of which it knows nearly
  /// all or none the half that it is surer of.
  private func firstGuess(_ scores: [RecordScore]) -> [Double] {
    var guess = scores.map { $0.isPredicted ? 1.0 : 0 }
    for records in members {
      var groups = ClassGroups()
      for record in records { groups.add(isUpper: guess[record] == 1, isKnown: scores[record].isPredicted) }
      guard groups.isOneSided else { continue }
      let sorted = records.map { scores[$0].logOdds }.sorted()
      for record in records { guess[record] = scores[record].logOdds >= sorted[sorted.count / 2] ? 1 : 0 }
    }
    return guess
  }

  /// The searches, gone on with until they settle.
  private func settled(
    _ begun: [GroupSearch], _ observer: (GroupSearchProgress) -> Void
  ) throws -> [GroupSearch] {
    var searches = begun
    for round in 1...Self.rounds {
      let passed = { observer(GroupSearchProgress(round: round, records: $0)) }
      for index in searches.indices { searches[index].begin(shape: shape) }
      try forEachRecord(passed) { searches[$0].learn($1, $2, label: labels[$1]) }
      for index in searches.indices { searches[index].endLearning() }
      try forEachRecord(passed) { searches[$0].score($1, $2, label: labels[$1]) }
      let changed = searches.indices.map { searches[$0].regroup() }
      if changed.allSatisfy({ $0 * Self.changeable <= labels.count }) { break }
    }
    return searches
  }

  /// Calls `body` with each view's position, each record's number and the numbers that stand for its picture, and the
  /// observer with the number of records done.
  private func forEachRecord(
    _ observer: (Int) -> Void, _ body: (_ view: Int, _ record: Int, _ numbers: ArraySlice<Float>) -> Void
  ) throws {
    var first = 0
    let length = max(1, Self.pixelsAtOnce / max(1, shape.dropFirst().reduce(1, *)))
    try spool.forEach { batch in
      guard let image = batch.image else { return }
      for start in stride(from: 0, to: batch.count, by: length) {
        let part = image.records(start..<min(batch.count, start + length))
        let pictures = Tensor(pictures: part)
        let transforms = cosineTransform(pictures).values
        for (position, view) in PictureView.allCases.enumerated() {
          let (numbers, size) = (view.numbers(transforms, shape: shape), view.length(of: shape))
          for row in 0..<part.count {
            body(position, first + start + row, numbers[row * size..<(row + 1) * size])
          }
        }
      }
      first += batch.count
      observer(first)
    }
  }
}
