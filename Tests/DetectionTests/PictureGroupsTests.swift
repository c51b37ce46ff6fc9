import Compute
import Foundation
import Random
import Records
import Testing
import Threads

@testable import Detection

/// Smooth pictures of three classes, of which some rows are perturbed.
private struct PictureSet {
  static let (classes, shape) = (3, [3, 16, 16])
  let count: Int
  /// Levels to add to an element of a perturbed picture, by its record, class and place in the picture.
  var perturbation: (_ record: Int, _ label: Int, _ place: Int) -> Double = { _, _, _ in 0 }
  var isPerturbed: (Int) -> Bool = { _ in false }

  var labels: [Int] { (0..<count).map { $0 % Self.classes } }

  /// A number in [−1, 1) that follows from all of these.
  static func noise(_ purpose: String, _ record: Int, _ place: Int) -> Double {
    var random = RandomStream(seed: 7, purpose: purpose, record: record, step: place)
    return Double(random.uniform(-1, 1))
  }

  func batch(_ rows: Range<Int>) throws -> ImageBatch {
    var bytes: [UInt8] = []
    for record in rows {
      let waves = (0..<75).map { Self.noise("wave", record, $0) }
      for place in 0..<768 {
        let (channel, i, j) = (place / 256, Double(place / 16 % 16), Double(place % 16))
        var level = 128.0
        for wave in 0..<25 {
          let (u, v) = (Double(wave / 5), Double(wave % 5))
          level +=
            40 * waves[channel * 25 + wave] / (1 + u + v) * cos(u * (i + 0.5) * .pi / 16)
            * cos(v * (j + 0.5) * .pi / 16)
        }
        level += 2 * Self.noise("grain", record, place)
        if isPerturbed(record) { level += perturbation(record, record % Self.classes, place) }
        bytes.append(UInt8(min(max(level.rounded(), 0), 255)))
      }
    }
    return try ImageBatch(
      columns: [
        "image": Column(bytes, shape: [rows.count] + Self.shape),
        "label": Column(rows.map { $0 % Self.classes }, shape: [rows.count]),
      ])
  }

  func features(batches: Int = 1) throws -> FeatureSpool {
    let features = FeatureSpool()
    for index in 0..<batches { try features.append(batch(count * index / batches..<count * (index + 1) / batches)) }
    return features
  }

  func groups(from guess: [Bool], batches: Int = 1) throws -> PictureGroups {
    let grouping = PictureGrouping(try features(batches: batches), labels: labels)
    return try #require(try grouping.groups(from: guess.map { RecordScore(logOdds: $0 ? 1 : -1, isPredicted: $0) }))
  }

  /// A guess that is right for `hits` of ten perturbed records, and wrong for `misses` of ten others.
  func guess(hits: Int, misses: Int) -> [Bool] {
    (0..<count).map { record in record * 7 / 3 % 10 < (isPerturbed(record) ? hits : misses) }
  }
}

@Suite struct PictureGroupsTests {
  /// Of each class the same pattern of four levels.
  private let pattern = PictureSet(
    count: 300, perturbation: { _, label, place in PictureSet.noise("pattern", label, place) > 0 ? 4 : -4 },
    isPerturbed: { $0 / 3 % 5 < 2 })
  /// In each picture other noise, of waves as long as its class has them.
  private let waves = PictureSet(
    count: 300,
    perturbation: { record, label, place in PictureSet.noise("sign", record, place / (label + 1)) > 0 ? 6 : -6 },
    isPerturbed: { $0 / 3 % 5 < 2 })

  private func expectFound(_ set: PictureSet, _ groups: PictureGroups) {
    #expect(groups.areDistinct, "\(groups.distance)")
    #expect(
      groups.posteriors.enumerated().allSatisfy { row, posterior in
        posterior.map { $0 >= 0.5 } == set.isPerturbed(row)
      })
    #expect((groups.upperShare - 0.4).magnitude < 0.01 && groups.overlap < 0.01)
  }

  @Test func aPatternOfEachClassIsFoundFromAPoorGuess() throws {
    let groups = try pattern.groups(from: pattern.guess(hits: 9, misses: 4))
    expectFound(pattern, groups)
    #expect(groups.view == .coefficients)
  }

  /// A guess that takes the clean pictures for perturbed ones: pictures of the other classes, which do not bear a class's
  /// pattern, turn its groups. Without them the lower advantage of a classifier that knows everything alike said nothing.
  @Test(arguments: [(4, 9), (5, 6)]) func otherClassesTellWhichGroupIsClean(_ hits: Int, _ misses: Int) throws {
    let groups = try pattern.groups(from: pattern.guess(hits: hits, misses: misses))
    expectFound(pattern, groups)
    #expect(groups.areTurned && groups.advantage < 0)
  }

  @Test func noiseOfEachPictureIsFoundByItsSpectrum() throws {
    let groups = try waves.groups(from: waves.guess(hits: 9, misses: 4))
    expectFound(waves, groups)
    #expect(groups.view == .bands)
  }

  @Test(arguments: [(9, 4), (5, 5), (2, 2)]) func cleanPicturesAreOneGroup(_ hits: Int, _ misses: Int) throws {
    let clean = PictureSet(count: 300)
    let groups = try clean.groups(from: clean.guess(hits: hits, misses: misses))
    #expect(!groups.areDistinct, "\(groups.distance)")
  }

  @Test func whereAllRecordsAreGuessedAlikeThereIsNothingToTellApart() throws {
    for guess in [true, false] {
      let groups = try pattern.groups(from: [Bool](repeating: guess, count: 300))
      #expect(groups.distance == 0 && !groups.areDistinct)
    }
  }

  /// Groups that pictures of every class have alike are no perturbation where the classifier knows neither better, few or many.
  @Test(arguments: [1, 2]) func groupsThatTheClassifierDoesNotKnowAreNotDistinct(_ ofFive: Int) throws {
    let cameras = PictureSet(
      count: 300, perturbation: { _, _, place in PictureSet.noise("pattern", 0, place) > 0 ? 4 : -4 },
      isPerturbed: { $0 / 3 % 5 < ofFive })
    let known = (0..<300).map { $0 * 7 / 3 % 10 < 5 }
    let groups = try cameras.groups(from: known)
    #expect(groups.distance >= PictureGroups.smallestDistance && !groups.areTurned)
    #expect(groups.advantage.magnitude < 0.1 && !groups.areDistinct, "\(groups.distance)")
    // Those of one class alone are that class's.
    #expect(try pattern.groups(from: known).areDistinct)
  }

  @Test func groupsCountByDistanceAdvantageAndShare() {
    /// Groups of which the upper's first records are known and the lower's, and five of a class that is not told apart.
    func groups(_ distance: Double, upper: (all: Int, known: Int), lower: (all: Int, known: Int)) -> PictureGroups {
      PictureGroups(
        view: .bands, distances: [distance, nil, distance],
        posteriors: [Double](repeating: 1, count: upper.all + 5) + [Double](repeating: 0, count: lower.all),
        known: (0..<upper.all).map { $0 < upper.known } + [Bool](repeating: true, count: 5)
          + (0..<lower.all).map { $0 < lower.known },
        labels: (0..<upper.all + 5 + lower.all).map { (upper.all..<upper.all + 5).contains($0) ? 1 : 0 })
    }
    let found = groups(5, upper: (100, 90), lower: (100, 40))
    #expect((found.advantage - 0.5 * 200 / 205).magnitude < 1e-12 && found.areDistinct)
    #expect((found.advantageError - (0.09 / 100 + 0.24 / 100).squareRoot() * 200 / 205).magnitude < 1e-12)
    #expect(!groups(4.9, upper: (100, 90), lower: (100, 40)).areDistinct)
    #expect(!groups(9, upper: (100, 40), lower: (100, 90)).areDistinct)
    #expect(!groups(9, upper: (100, 49), lower: (100, 40)).areDistinct)
    // Fewer than are known to be poisoned.
    var half = found
    half.leastShare = 0.51
    #expect(!half.areDistinct && half.upperShare < 0.51)
    half.leastShare = 0.4
    #expect(half.areDistinct)
    // An advantage that so few records may have by chance.
    #expect(!groups(9, upper: (10, 6), lower: (10, 3)).areDistinct)
    #expect(!groups(9, upper: (10, 10), lower: (4000, 1000)).areDistinct)
    #expect(groups(9, upper: (5, 5), lower: (0, 0)).advantage == 0)
    // Classes that the classifier knows well and badly, of which the upper group holds other shares, are no advantage.
    let uneven = PictureGroups(
      view: .bands, distances: [9, 9], posteriors: (0..<400).map { $0 % 200 < ($0 < 200 ? 150 : 50) ? 1 : 0 },
      known: (0..<400).map { $0 < 200 }, labels: (0..<400).map { $0 / 200 })
    #expect(uneven.advantage == 0 && !uneven.areDistinct)
  }

  /// A class that is one group is left to the classifier, whether it is clean, perturbed throughout, or too small.
  @Test(arguments: [0, 6, 100]) func aClassMayBeOneGroup(_ perturbed: Int) throws {
    var set = pattern
    set.isPerturbed = { $0 % 3 == 2 ? $0 / 3 < perturbed : $0 / 3 % 5 < 2 }
    let groups = try set.groups(from: set.guess(hits: 9, misses: 4))
    #expect(groups.areDistinct, "\(groups.distance)")
    let expected = (0..<300).map { $0 % 3 == 2 ? nil : set.isPerturbed($0) }
    #expect(groups.posteriors.map { $0.map { $0 >= 0.5 } } == expected)
    #expect(groups.overlap > 0.02)
  }

  /// A class whose guess tells something else, how bright its pictures are or how dark, is stuck there. What tells another
  /// class apart frees it.
  @Test func aClassBorrowsWhatTellsOthersApart() throws {
    let grain = PictureSet(
      count: 600, perturbation: { record, _, place in PictureSet.noise("sign", record, place) > 0 ? 4 : -4 },
      isPerturbed: { $0 / 3 % 5 < 2 })
    var guess = grain.guess(hits: 9, misses: 4)
    for record in stride(from: 2, to: 600, by: 3) {
      let contrast = [0, 25, 50].reduce(0) { $0 + PictureSet.noise("wave", record, $1).magnitude }
      guess[record] = contrast > 1.5
    }
    let groups = try grain.groups(from: guess)
    // With one class stuck, two groups of pictures in it blur the spread within groups, and all lie 3.9 apart.
    #expect(groups.areDistinct && groups.distance > 20)
    // The classifier knows neither group of the last class better, but its groups differ as the others' do.
    expectFound(grain, groups)
  }

  /// Classes of which the classifier happens to know the clean pictures better. Their groups are those of a fifth poisoned by
  /// em, of which two in ten classes were the wrong way round: precision 0.51.
  @Test func aClassThatLiesAgainstTheOthersIsTurned() throws {
    let grain = PictureSet(
      count: 1500, perturbation: { record, _, place in PictureSet.noise("sign", record, place) > 0 ? 4 : -4 },
      isPerturbed: { $0 / 3 % 5 < 2 })
    let (right, wrong) = (grain.guess(hits: 9, misses: 2), grain.guess(hits: 3, misses: 7))
    let groups = try grain.groups(from: (0..<1500).map { $0 % 3 == 1 ? wrong[$0] : right[$0] })
    expectFound(grain, groups)
  }

  /// Where the classifier knows the lower group better, the two have changed places.
  @Test func aClassTheWrongWayRoundIsTurned() {
    let labels = (0..<300).map { $0 % 3 }
    let isPerturbed = (0..<300).map { $0 / 3 % 4 == 0 }
    let known = (0..<300).map { isPerturbed[$0] ? $0 % 10 < 9 : $0 % 10 < 3 }
    let groups = PictureGroups(
      view: .bands, distances: [9, 8, 7],
      posteriors: labels.indices.map { isPerturbed[$0] == (labels[$0] < 2) ? 1 : 0.125 }, known: known, labels: labels)
    #expect(groups.distance == 8 && groups.areDistinct)
    let expected = labels.indices.map { isPerturbed[$0] == (labels[$0] < 2) ? 1 : 0.125 }
      .enumerated().map { labels[$0] < 2 ? $1 : 1 - $1 }
    #expect(groups.posteriors == expected)
    #expect((groups.overlap - 175 * 0.125 / 300).magnitude < 1e-12)
  }

  /// Groups of a class that the classifier knows alike, as far as so few records show, are left to it.
  @Test func aClassWithoutEvidenceIsLeftToTheClassifier() {
    /// The last class has the upper records given and the lower, so many of each known; the others are perturbed in part.
    func groups(upper: (all: Int, known: Int), lower: (all: Int, known: Int)) -> PictureGroups {
      let posteriors = (0..<400).map { $0 % 200 < 80 ? 1.0 : 0 }
      return PictureGroups(
        view: .bands, distances: [15, 15, 40],
        posteriors: posteriors + [Double](repeating: 1, count: upper.all) + [Double](repeating: 0, count: lower.all),
        known: (0..<400).map { $0 % 10 < (posteriors[$0] == 1 ? 9 : 3) } + (0..<upper.all).map { $0 < upper.known }
          + (0..<lower.all).map { $0 < lower.known },
        labels: (0..<400).map { $0 / 200 } + [Int](repeating: 2, count: upper.all + lower.all))
    }
    // Neither a few outliers that happen to be unknown nor many others make a group of perturbed ones.
    for found in [groups(upper: (8, 0), lower: (492, 49)), groups(upper: (190, 57), lower: (10, 1))] {
      #expect(found.areDistinct && found.posteriors[400...].allSatisfy { $0 == nil })
      #expect(found.posteriors[..<400].allSatisfy { $0 != nil })
    }
    #expect(groups(upper: (80, 70), lower: (120, 40)).posteriors[400..<480].allSatisfy { $0 == 1 })
    #expect(groups(upper: (80, 10), lower: (120, 70)).posteriors[400..<480].allSatisfy { $0 == 0 })
    // Of a class known whole the classifier says nothing, and its groups stand.
    #expect(groups(upper: (80, 80), lower: (120, 120)).posteriors[400..<480].allSatisfy { $0 == 1 })
  }

  @Test func moreThanHalfOfTheClassesAreApart() {
    func groups(_ distances: [Double?]) -> PictureGroups {
      PictureGroups(
        view: .bands, distances: distances, posteriors: (0..<400).map { $0 % 200 < 80 ? 1.0 : 0 },
        known: (0..<400).map { $0 % 200 < 80 }, labels: (0..<400).map { $0 / 200 })
    }
    #expect(groups([9, 9]).areDistinct && !groups([9, nil]).areDistinct && !groups([4, 9]).areDistinct)
  }

  /// Where each class has few records, groups that the search made up itself do not count.
  @Test(arguments: [(14, 20), (20, 20), (30, 10), (40, 6)]) func noiseInSmallClassesIsOneGroup(
    _ members: Int, _ classes: Int
  )
    throws
  {
    let count = members * classes
    var bytes: [UInt8] = []
    for record in 0..<count {
      for place in 0..<768 { bytes.append(UInt8(128 + 60 * PictureSet.noise("small", record, place))) }
    }
    let labels = (0..<count).map { $0 % classes }
    let features = FeatureSpool()
    try features.append(
      ImageBatch(columns: [
        "image": Column(bytes, shape: [count, 3, 16, 16]), "label": Column(labels, shape: [count]),
      ]))
    let known = (0..<count).map { PictureSet.noise("known", $0, 0) > 0 }
    let groups = try #require(
      try PictureGrouping(features, labels: labels).groups(
        from: known.map { RecordScore(logOdds: $0 ? 1 : -1, isPredicted: $0) }))
    #expect(!groups.areDistinct, "\(groups.distance) \(groups.advantage)")
  }

  /// Where the classifier knows all of a class, how sure it is still tells something.
  @Test func theHalfThatItIsSurerOfIsTheGuessWhereAllIsKnown() throws {
    let scores = (0..<300).map { record in
      let isKnown = record % 3 == 0 || pattern.isPerturbed(record)
      let sure = (pattern.isPerturbed(record) ? 1.5 : 1) + Float(record * 37 % 300) / 300
      return RecordScore(logOdds: isKnown ? sure : -1, isPredicted: isKnown)
    }
    let groups = try #require(
      try PictureGrouping(pattern.features(), labels: pattern.labels).groups(from: scores))
    expectFound(pattern, groups)
  }

  @Test func theSearchTellsHowFarItHasCome() throws {
    let scores = pattern.guess(hits: 9, misses: 4).map { RecordScore(logOdds: $0 ? 1 : -1, isPredicted: $0) }
    var told: [GroupSearchProgress] = []
    let grouping = PictureGrouping(try pattern.features(batches: 3), labels: pattern.labels)
    _ = try grouping.groups(from: scores) { told.append($0) }
    let rounds = stride(from: 0, to: told.count, by: 4).map { Array(told[$0..<min($0 + 4, told.count)]) }
    #expect(rounds.allSatisfy { $0.map(\.records) == [256, 300, 256, 300] })
    #expect(rounds.allSatisfy { Set($0.map(\.round)).count == 1 })
    #expect(rounds.compactMap { $0.first?.round }.count { $0 == 1 } == 2)
  }

  @Test func batchesAndThreadsChangeNothing() throws {
    let guess = pattern.guess(hits: 9, misses: 4)
    let whole = try pattern.groups(from: guess)
    #expect(try pattern.groups(from: guess, batches: 7) == whole)
    let threads = Parallel.count
    defer { Parallel.count = threads }
    Parallel.count = threads == 1 ? 2 : 1
    #expect(try pattern.groups(from: guess) == whole)
  }

  @Test func picturesOfSeveralSizesAreNotCompared() throws {
    let scores = (0..<13).map { RecordScore(logOdds: Float($0) - 6, isPredicted: $0 > 6) }
    for first in [[Int](0..<12), []] {
      let features = try PictureSet(count: first.count).features()
      for size in [2, 16, 3] {
        let small = Column([UInt8](repeating: 0, count: 3 * size * size), shape: [1, 3, size, size])
        try features.append(ImageBatch(columns: ["image": small, "label": Column([0], shape: [1])]))
      }
      #expect(try PictureGrouping(features, labels: [Int](repeating: 0, count: 13)).groups(from: scores) == nil)
    }
    #expect(try PictureGrouping(FeatureSpool(), labels: []).groups(from: []) == nil)
  }

  /// The features are those of the pictures, in their order, whatever batches they came in.
  @Test func featuresAreKeptAsTheyWere() throws {
    let set = PictureSet(count: 9)
    func all(_ features: FeatureSpool) throws -> [[Float]] {
      try #require(
        try features.withTable { table in
          #expect(table.count == 9 && table.lengths == [768, 48])
          return (0..<2).flatMap { view in
            (0..<9).map { record in
              let rows = table.rows(record..<9, view: view)
              return Array(UnsafeBufferPointer(start: rows[0], count: rows.length))
            }
          }
        })
    }
    let whole = try all(set.features())
    #expect(try all(set.features(batches: 4)) == whole)
    let image = try #require(try set.batch(7..<8).image)
    let picture = Tensor(planar: image.bytes, shape: [1, 3, 16, 16], requiresGradient: false)
    #expect(whole[7] == cosineTransform(picture).values)
  }
}

@Suite struct GroupAlignmentTests {
  /// Of classes by the angles, in degrees, that their groups' differences lie at.
  private func alignment(_ angles: [Double]) -> GroupAlignment {
    GroupAlignment(of: Array(angles.indices)) { cos((angles[$0] - angles[$1]) * .pi / 180) }
  }

  @Test(
    arguments: [
      ([10, 0, 185, 90, -10], [0, 1, 2, 4], [2]), ([180, 0, 170, 175], [0, 1, 2, 3], [1]), ([0, 45, 90, 135], [], []),
      ([0], [], []), ([], [], []),
    ] as [([Double], Set<Int>, Set<Int>)])
  func classesAlongOneLineAreAligned(_ angles: [Double], _ aligned: Set<Int>, _ opposed: Set<Int>) {
    let found = alignment(angles)
    #expect(found.classes == aligned && found.opposed == opposed)
  }

  /// Where other records tell the right way of some classes, these decide, and are not turned.
  @Test func theRightWayOfSomeIsThatOfAll() {
    let found = alignment([0, 0, 180, 0, 90])
    #expect(found.wrong(besides: []) == [2] && found.wrong(besides: [0]) == [2])
    #expect(found.wrong(besides: [2]) == [0, 1, 3] && found.wrong(besides: [4]) == [2])
    #expect(GroupAlignment().wrong(besides: [1]) == [])
  }
}

@Suite struct FeatureExtractorTests {
  private func features(_ view: FeatureView, _ transforms: [Float], shape: [Int]) -> [Float] {
    let extractor = FeatureExtractor(view, shape: shape)
    return [Float](unsafeUninitializedCapacity: extractor.length) { features, count in
      transforms.withUnsafeBufferPointer { transforms in
        if let source = transforms.baseAddress, let target = features.baseAddress {
          extractor.extract(source, into: target)
        }
      }
      count = extractor.length
    }
  }

  @Test(arguments: [([3, 32, 32], 3072, 48), ([3, 224, 40], 3072, 48), ([1, 3, 5], 15, 12), ([1, 1, 1], 1, 1)])
  func lengthsAreBounded(_ shape: [Int], _ coefficients: Int, _ bands: Int) {
    let transform = [Float](repeating: 1, count: shape.reduce(1, *))
    #expect(features(.coefficients, transform, shape: shape) == [Float](repeating: 1, count: coefficients))
    let powers = features(.bands, transform, shape: shape)
    #expect(powers.count == bands && powers.allSatisfy { $0.magnitude < 2e-6 })
  }

  @Test func featuresKeepTheirPlaces() {
    // Height 2, width 8, one channel: coefficients are told apart by their values.
    let transform = (0..<16).map { Float($0) }
    #expect(features(.coefficients, transform, shape: [1, 2, 8]) == transform)
    let bands = features(.bands, transform, shape: [1, 2, 8])
    #expect(bands.count == 8)
    for (band, value) in bands.enumerated() {
      let (first, second) = (Double(band * 2), Double(band * 2 + 1))
      #expect((Double(value) - (log(first * first + 1e-6) + log(second * second + 1e-6)) / 2).magnitude < 1e-5)
    }
  }
}

@Suite struct GroupDiscriminantTests {
  /// Features of 60 records of two classes, and the posterior of each.
  private let records: [[Float]] = (0..<60).map { record in
    (0..<3).map { Float(PictureSet.noise("numbers", record, $0)) + ($0 == 0 && record < 27 ? 1 : 0) }
  }
  private let posteriors = (0..<60).map { $0 < 27 ? 1.0 : $0 == 36 ? 0.25 : 0 }

  private func withRows<Result>(_ records: [[Float]], _ body: (FeatureRows) -> Result) -> Result {
    // Behind each record lies what is none of its features, as those of another view do.
    records.flatMap { $0 + [.nan] }.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { preconditionFailure("no records") }
      return body(FeatureRows(base: base, stride: 4, length: 3, count: records.count))
    }
  }

  /// A record's score is that of a discriminant whose means have never seen it.
  @Test func theScoreIsThatOfTheOthersMeans() throws {
    for full in [false, true] {
      var moments = GroupMoments(classes: 2, length: 3, full: full)
      let labels = (0..<60).map { $0 % 2 }
      withRows(records) { moments.add($0, labels: labels[...], posteriors: posteriors[...]) }
      let discriminant = try #require(GroupDiscriminant(moments))
      let whitening = try #require(moments.whitening)
      let found = withRows(records) { discriminant.scores($0, labels: labels[...], posteriors: posteriors[...]) }
      for (record, x) in records.enumerated() {
        var means = [[Double]](repeating: [0, 0, 0], count: 2)
        var noise = [0.0, 0.0]
        for group in 0..<2 {
          var (weight, squares) = (0.0, 0.0)
          for (other, y) in records.enumerated() where other != record && other % 2 == record % 2 {
            let share = group == 1 ? posteriors[other] : 1 - posteriors[other]
            weight += share
            squares += share * share
            for index in 0..<3 { means[group][index] += share * Double(y[index]) }
          }
          means[group] = whitening(means[group].map { $0 / weight })
          noise[group] = 3 * squares / (weight * weight)
        }
        let z = whitening(x.map(Double.init))
        let apart = zip(means[1], means[0]).map { $0 - $1 }
        let middle = zip(means[1], means[0]).map { ($0 + $1) / 2 }
        var (score, square) = ((noise[1] - noise[0]) / 2, 0.0)
        for index in 0..<3 {
          score += (z[index] - middle[index]) * apart[index]
          square += apart[index] * apart[index]
        }
        #expect((Double(try #require(found[record])) - score / square.squareRoot()).magnitude < 1e-5)
      }
    }
  }

  /// A class that was turned differs the other way, from other classes and in what they have in common, and its records' scores
  /// change their signs.
  @Test func aTurnedClassDiffersTheOtherWay() throws {
    var moments = GroupMoments(classes: 2, length: 3, full: true)
    let labels = (0..<60).map { $0 % 2 }
    withRows(records) { moments.add($0, labels: labels[...], posteriors: posteriors[...]) }
    let before = try #require(GroupDiscriminant(moments))
    var after = before
    after.turn(1)
    #expect(before.cosine(0, 1) > 0.1 && after.cosine(0, 1) == -before.cosine(0, 1) && after.cosine(1, 1) > 0.99)
    let common = try [before, after].map { discriminant in
      withRows(records, try #require(discriminant.common(to: [1])).scores)
    }
    #expect(zip(common[0], common[1]).allSatisfy { $0 == $1.map { -$0 } })
    let scores = [(before, posteriors), (after, posteriors.enumerated().map { $0 % 2 == 1 ? 1 - $1 : $1 })].map {
      found in
      withRows(records) { found.0.scores($0, labels: labels[...], posteriors: found.1[...]) }
    }
    for record in 0..<60 {
      let (one, other) = (try #require(scores[0][record]), try #require(scores[1][record]))
      #expect((record % 2 == 0 ? one - other : one + other).magnitude < 1e-5)
    }
  }

  @Test func whiteningMakesNumbersSpreadByOne() throws {
    var moments = GroupMoments(classes: 1, length: 3, full: true)
    let spread = (0..<400).map { record in
      let x = (0..<3).map { Float(PictureSet.noise("spread", record, $0)) }
      return [x[0], 3 * x[0] + x[1], x[2] + 5]
    }
    withRows(spread) {
      moments.add($0, labels: [Int](repeating: 0, count: 400)[...], posteriors: (0..<400).map { $0 < 200 ? 1 : 0 }[...])
    }
    let whitening = try #require(moments.whitening)
    var products = [Double](repeating: 0, count: 9)
    let center = whitening([0, 0, 5])
    for record in 0..<400 {
      let x = (0..<3).map { PictureSet.noise("spread", record, $0) }
      let z = zip(whitening([x[0], 3 * x[0] + x[1], x[2] + 5]), center).map { $0 - $1 }
      for index in 0..<9 { products[index] += z[index / 3] * z[index % 3] / 400 }
    }
    for index in 0..<9 { #expect((products[index] - (index % 4 == 0 ? 1 : 0)).magnitude < 0.05) }
  }
}
