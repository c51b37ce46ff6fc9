/// How far a search for groups has come.
package struct GroupSearchProgress: Sendable, Equatable {
  /// The round, from 1 whenever the search sets out; 0 while classes that are one group borrow from the others.
  package let round: Int
  /// The records that have passed; a round passes over all of them twice.
  package let records: Int
}

/// Looks for two groups among the pictures of all records, in every view of them at once.
struct PictureGrouping {
  /// Rounds at most; groups that are there are found in two or three.
  private static let rounds = 8
  /// Searches have settled when at most one record of so many changes from one to the other.
  private static let changeable = 1000
  /// Records that pass at a time.
  static let recordsAtOnce = 256

  private let features: FeatureSpool
  /// The classes that occur, numbered anew.
  private let labels: [Int]
  /// The records of each of those classes.
  private let members: [[Int]]

  /// The features of all records, and their labels. Precondition: there are as many where pictures can be compared.
  init(_ features: FeatureSpool, labels: [Int]) {
    self.features = features
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
  ///   - leastShare: what the upper group holds at least, 0 to 1.
  ///   - observer: told how far the search has come.
  /// - Returns: nil where there are no records, or their pictures cannot be compared.
  /// - Throws: what mapping the features throws.
  func groups(
    from scores: [RecordScore], leastShare: Double = 0, observer: (GroupSearchProgress) -> Void = { _ in }
  ) throws -> PictureGroups? {
    try features.withTable { table in
      let (known, guess) = (scores.map(\.isPredicted), firstGuess(scores))
      let first = settled(FeatureView.allCases.map { search($0, from: guess) }, table, observer)
      let second = settled(
        first.map { found in
          search(found.view, from: (first.first { $0.view != found.view } ?? found).posteriors)
        }, table, observer)
      let last = borrowed(second, table, observer)
      let found = (first + last).map { search in
        var groups = search.groups(known: known)
        groups.leastShare = leastShare
        return groups
      }
      // Where the groups of one class came out the wrong way round, their distance is as good as ever, but not the advantage;
      // those that other classes turn are the right way round.
      func worth(_ groups: PictureGroups) -> Double { groups.distance * (groups.areTurned ? 1 : groups.advantage) }
      return found.filter(\.areDistinct).max { worth($0) < worth($1) }
        ?? found.max { $0.distance < $1.distance }
    } ?? nil
  }

  private func search(_ view: FeatureView, from posteriors: [Double]) -> GroupSearch {
    GroupSearch(view, from: posteriors, labels: labels, members: members)
  }

  /// The searches, gone on with from where classes that are one group borrow what tells the others apart. Perturbations of
  /// several classes are often of the same kind, and one class alone may have set out from too poor a guess.
  private func borrowed(
    _ settled: [GroupSearch], _ table: FeatureTable, _ observer: (GroupSearchProgress) -> Void
  ) -> [GroupSearch] {
    guard settled.contains(where: \.canBorrow) else { return settled }
    var searches = settled
    pass(table, observer, round: 0) { searches[$0].scoreByOthers($1, $2) }
    for index in searches.indices where searches[index].canBorrow { searches[index].setOutAnew() }
    return self.settled(searches, table, observer)
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
    _ begun: [GroupSearch], _ table: FeatureTable, _ observer: (GroupSearchProgress) -> Void
  ) -> [GroupSearch] {
    var searches = begun
    for round in 1...Self.rounds {
      for index in searches.indices { searches[index].begin(length: table.lengths[index]) }
      pass(table, observer, round: round) { searches[$0].learn($1, $2) }
      for index in searches.indices { searches[index].endLearning() }
      pass(table, observer, round: round) { searches[$0].score($1, $2) }
      let changed = searches.indices.map { searches[$0].regroup() }
      if changed.allSatisfy({ $0 * Self.changeable <= labels.count }) { break }
    }
    return searches
  }

  /// Calls `body` with each view's position, the numbers of some records after the others and their features, and the
  /// observer with how many have passed.
  private func pass(
    _ table: FeatureTable, _ observer: (GroupSearchProgress) -> Void, round: Int,
    _ body: (_ view: Int, _ records: Range<Int>, _ rows: FeatureRows) -> Void
  ) {
    for first in stride(from: 0, to: table.count, by: Self.recordsAtOnce) {
      let records = first..<min(table.count, first + Self.recordsAtOnce)
      for view in table.lengths.indices { body(view, records, table.rows(records, view: view)) }
      observer(GroupSearchProgress(round: round, records: records.upperBound))
    }
  }
}
