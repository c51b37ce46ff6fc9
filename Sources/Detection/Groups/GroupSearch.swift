import Threads

/// The search for two groups of pictures in one view, from a first guess: the discriminant between the groups scores all
/// records, the scores of a class fall into groups anew, and so on.
struct GroupSearch {
  /// How far other classes' records lie at least, from the middle to one of a class's groups, for that one to be the clean one.
  private static let leastSide = 0.5

  let view: FeatureView
  /// The classes of the records.
  private let labels: [Int]
  /// The records of each class.
  private let members: [[Int]]
  /// The posterior of each record: the probability that it is of the upper group.
  private(set) var posteriors: [Double]
  /// What they were at first.
  private var guess: [Double]
  private var scores: [Float?]
  /// How far the groups of each class lie apart; nil for a class that was not told apart.
  private var distances: [Double?]
  /// The classes of which the other classes' records tell the clean group.
  private var turned: Set<Int> = []
  /// The classes whose groups differ in the same way.
  private var alignment = GroupAlignment()
  private var moments: GroupMoments?
  private var discriminant: GroupDiscriminant?
  /// What the perturbed pictures of the classes that lie apart have in common; nil where there are none.
  private var common: GroupDiscriminant.Common?

  /// From a first guess at the posteriors of records of the classes given.
  init(_ view: FeatureView, from posteriors: [Double], labels: [Int], members: [[Int]]) {
    (self.view, self.labels, self.members) = (view, labels, members)
    (self.posteriors, guess) = (posteriors, posteriors)
    scores = [Float?](repeating: nil, count: posteriors.count)
    distances = [Double?](repeating: nil, count: members.count)
  }

  /// What was found last, by a classifier that knows the labels of the records given.
  func groups(known: [Bool]) -> PictureGroups {
    PictureGroups(
      view: view, distances: distances, posteriors: posteriors, turned: turned, aligned: alignment.classes,
      known: known,
      labels: labels)
  }

  /// Begins to learn how the groups differ, from so many features a record.
  mutating func begin(length: Int) {
    moments = GroupMoments(classes: members.count, length: length, full: view == .bands)
  }

  /// Learns from records, given by their numbers and features.
  mutating func learn(_ records: Range<Int>, _ rows: FeatureRows) {
    moments?.add(rows, labels: labels[records], posteriors: posteriors[records])
  }

  /// Ends learning, and begins to score.
  mutating func endLearning() {
    discriminant = moments.flatMap { GroupDiscriminant($0) }
    moments = nil
  }

  /// Scores records by what was learnt.
  mutating func score(_ records: Range<Int>, _ rows: FeatureRows) {
    let found = discriminant?.scores(rows, labels: labels[records], posteriors: posteriors[records])
    scores.replaceSubrange(records, with: found ?? [Float?](repeating: nil, count: records.count))
  }

  /// Puts all records into groups anew by their scores, class by class.
  ///
  /// - Returns: how many records changed the group.
  mutating func regroup() -> Int {
    var changed = 0
    let mixtures = mixtures { GaussianMixture(fitting: $0, from: $1) }
    for (label, records) in members.enumerated() {
      distances[label] = mixtures[label]?.distance
      for record in records {
        guard let mixture = mixtures[label], let score = scores[record] else {
          posteriors[record] = guess[record]
          continue
        }
        let posterior = mixture.posteriorBetweenMeans(Double(score))
        if (posterior >= 0.5) != (posteriors[record] >= 0.5) { changed += 1 }
        posteriors[record] = posterior
      }
    }
    let apart = members.indices.filter(isApart)
    turnByOthers(apart)
    align(apart)
    common = discriminant?.common(to: apart)
    discriminant = nil
    return changed
  }

  /// Turns the classes of which the upper group lies by the other classes' records: that is the clean one. It takes no part in
  /// how many records changed, since the groups stay the same.
  private mutating func turnByOthers(_ apart: [Int]) {
    let sides = apart.map { (label: $0, side: discriminant?.sideOfOthers($0) ?? 0) }
      .filter { $0.side.magnitude > Self.leastSide }
    for (label, side) in sides where side > 0 { turn(label) }
    turned = Set(sides.map(\.label))
  }

  /// Turns the classes that lie against others whose groups differ in the same way.
  private mutating func align(_ apart: [Int]) {
    guard let discriminant else { return }
    alignment = GroupAlignment(of: apart) { discriminant.cosine($0, $1) }
    for label in alignment.wrong(besides: turned) { turn(label) }
    if !alignment.classes.isDisjoint(with: turned) { turned.formUnion(alignment.classes) }
  }

  /// Turns a class: what is learnt of its groups, too, since what follows asks in which direction they differ.
  private mutating func turn(_ label: Int) {
    discriminant?.turn(label)
    for record in members[label] {
      posteriors[record] = 1 - posteriors[record]
      guess[record] = posteriors[record]
    }
  }

  /// The mixtures that fit the scores of each class; nil for a class that was not scored, or where none fits.
  private func mixtures(_ fit: (_ scores: [Float], _ posteriors: [Double]) -> GaussianMixture?) -> [GaussianMixture?] {
    Parallel.map(members.count) { label in
      let found = members[label].compactMap { scores[$0] }
      return found.count == members[label].count ? fit(found, members[label].map { posteriors[$0] }) : nil
    }
  }

  private func isApart(_ label: Int) -> Bool { distances[label] ?? 0 >= PictureGroups.smallestDistance }

  /// Whether some classes lie apart and others do not, which may borrow from them.
  var canBorrow: Bool { common != nil && !members.indices.allSatisfy(isApart) }

  /// Scores records by what the perturbed pictures of other classes have in common.
  mutating func scoreByOthers(_ records: Range<Int>, _ rows: FeatureRows) {
    guard let common else { return }
    scores.replaceSubrange(records, with: common.scores(rows))
  }

  /// Lets the classes that do not lie apart set out anew, from the groups that those scores fall into.
  mutating func setOutAnew() {
    let mixtures = mixtures { scores, _ in GaussianMixture(fitting: scores) }
    for (label, records) in members.enumerated() where !isApart(label) {
      guard let mixture = mixtures[label] else { continue }
      for record in records {
        guard let score = scores[record] else { continue }
        posteriors[record] = mixture.posteriorBetweenMeans(Double(score))
        guess[record] = posteriors[record]
      }
    }
  }
}
