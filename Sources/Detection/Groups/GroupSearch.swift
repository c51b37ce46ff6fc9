/// The search for two groups of pictures in one view, from a first guess: the discriminant between the groups scores all
/// records, the scores of a class fall into groups anew, and so on.
struct GroupSearch {
  let view: PictureView
  /// The records of each class.
  private let members: [[Int]]
  /// The chance of each record to be of the upper group.
  private(set) var chances: [Double]
  /// What they were at first.
  private var guess: [Double]
  private var scores: [Float?]
  /// How far the groups of each class lie apart; nil for a class that was not told apart.
  private var distances: [Double?]
  private var moments: GroupMoments?
  private var discriminant: GroupDiscriminant?
  /// What the perturbed pictures of the classes that lie apart have in common; nil where there are none.
  private var common: GroupDiscriminant.Common?

  /// The first guess: the chance of each record to be of the upper group.
  init(_ view: PictureView, from chances: [Double], members: [[Int]]) {
    (self.view, self.members, self.chances, guess) = (view, members, chances, chances)
    scores = [Float?](repeating: nil, count: chances.count)
    distances = [Double?](repeating: nil, count: members.count)
  }

  /// What was found last, by a classifier that knows the labels of the records given.
  func groups(known: [Bool], labels: [Int]) -> PictureGroups {
    PictureGroups(view: view, distances: distances, chances: chances, known: known, labels: labels)
  }

  /// Begins to learn how the groups differ, from pictures of the shape [C, H, W].
  mutating func begin(shape: [Int]) {
    moments = GroupMoments(classes: members.count, length: view.length(of: shape), full: view == .bands)
  }

  /// Learns from a record, given by its number and the numbers that stand for its picture.
  mutating func learn(_ record: Int, _ x: ArraySlice<Float>, label: Int) {
    moments?.add(x, label: label, chance: chances[record])
  }

  /// Ends learning, and begins to score.
  mutating func endLearning() {
    discriminant = moments.flatMap { GroupDiscriminant($0) }
    moments = nil
  }

  /// Scores a record by what was learnt.
  mutating func score(_ record: Int, _ x: ArraySlice<Float>, label: Int) {
    guard let discriminant, discriminant.tellsApart(label) else { return scores[record] = nil }
    scores[record] = discriminant.score(x, label: label, chance: chances[record])
  }

  /// Puts all records into groups anew by their scores, class by class.
  ///
  /// - Returns: how many records changed the group.
  mutating func regroup() -> Int {
    var changed = 0
    for (label, records) in members.enumerated() {
      let numbers = records.compactMap { scores[$0] }
      guard numbers.count == records.count,
        let mixture = GaussianMixture(fitting: numbers, from: records.map { chances[$0] })
      else {
        distances[label] = nil
        for record in records { chances[record] = guess[record] }
        continue
      }
      distances[label] = mixture.distance
      for (record, number) in zip(records, numbers) {
        let chance = mixture.chanceBetweenMeans(Double(number))
        if (chance >= 0.5) != (chances[record] >= 0.5) { changed += 1 }
        chances[record] = chance
      }
    }
    common = discriminant?.common(to: members.indices.filter(isApart))
    discriminant = nil
    return changed
  }

  private func isApart(_ label: Int) -> Bool { distances[label] ?? 0 >= PictureGroups.smallestDistance }

  /// Whether some classes lie apart and others do not, which may borrow from them.
  var canBorrow: Bool { common != nil && !members.indices.allSatisfy(isApart) }

  /// Scores a record by what the perturbed pictures of other classes have in common.
  mutating func scoreByOthers(_ record: Int, _ x: ArraySlice<Float>) { scores[record] = common?.score(x) }

  /// Lets the classes that do not lie apart set out anew, from the groups that those scores fall into.
  mutating func setOutAnew() {
    for (label, records) in members.enumerated() where !isApart(label) {
      let numbers = records.compactMap { scores[$0] }
      guard numbers.count == records.count, let mixture = GaussianMixture(fitting: numbers) else { continue }
      for (record, number) in zip(records, numbers) {
        chances[record] = mixture.chanceBetweenMeans(Double(number))
        guess[record] = chances[record]
      }
    }
  }
}
