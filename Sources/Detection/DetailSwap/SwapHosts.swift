import Records

/// Pictures that are given the detail of others: the first of every class on a stream.
struct SwapHosts {
  /// Hosts of a class at most, and bytes that all of them take.
  private static let most = 32
  private static let mostBytes = 64 << 20

  /// The hosts so far, class by class.
  private(set) var classes: [[ImageBatch]]
  private var shape: [Int]?

  /// No host of so many classes.
  init(classes: Int) { self.classes = [[ImageBatch]](repeating: [], count: classes) }

  /// All hosts.
  var count: Int { classes.reduce(0) { $0 + $1.count } }

  /// Keeps the pictures of a batch whose class wants more of them. Precondition: labels are below the number of classes.
  ///
  /// - Returns: false where pictures are not as large as those before.
  mutating func add(_ batch: ImageBatch, labels: [Int]) -> Bool {
    guard batch.count > 0, let image = batch.image else { return true }
    if shape == nil { shape = image.recordShape }
    guard shape == image.recordShape else { return false }
    let most = max(1, min(Self.most, Self.mostBytes / max(1, image.recordByteCount * classes.count)))
    for (row, label) in labels.enumerated() where classes[label].count < most {
      var host = batch.records([row])
      for name in host.columns.keys where name != "image" && name != "label" { host.remove(name) }
      classes[label].append(host)
    }
    return true
  }
}

/// Hosts without a kind of detail, and what a classifier takes them for.
struct BareHosts {
  /// A prime, so that rounds meet every class and host.
  private static let stepOfRounds = 101

  /// What they lack.
  let detail: Detail
  /// For which class each is taken.
  let predictions: [Int]
  /// Their samples, one host after the other.
  private let samples: [UInt8]
  /// The hosts of each class, by number.
  private let members: [Range<Int>]

  /// - Parameter scores: what a classifier makes of pictures.
  /// - Throws: what `scores` throws. Precondition: there is a host.
  init(_ hosts: SwapHosts, without detail: Detail, scores: (ImageBatch) throws -> [RecordScore]) throws {
    self.detail = detail
    var (members, next) = ([Range<Int>](), 0)
    for pictures in hosts.classes {
      members.append(next..<next + pictures.count)
      next += pictures.count
    }
    self.members = members
    var batch = ImageBatch(joining: hosts.classes.flatMap { $0 })
    samples = try detail.taken(from: batch) { Failure(.data, "host \($0): \($1)") }
    batch.set("image", Column(samples, shape: batch.image?.shape ?? []))
    predictions = try scores(batch).map(\.prediction)
  }

  /// The hosts that are given the detail of records of the classifier's classes given, by the records' places in the stream: of
  /// other classes, each in its turn, and in every round another one; nil where there is no other class.
  func chosen(for labels: [Int], startingAt position: Int, round: Int = 0) -> [Int?] {
    labels.enumerated().map { row, label in
      let others = members.indices.filter { $0 != label && !members[$0].isEmpty }
      guard !others.isEmpty else { return nil }
      let place = position + row + round * Self.stepOfRounds
      let hosts = members[others[place % others.count]]
      return hosts.lowerBound + place / others.count % hosts.count
    }
  }

  /// The hosts chosen, each given a record's detail; the record itself where there is none.
  func hybrids(_ batch: ImageBatch, withoutDetail taken: [UInt8], on chosen: [Int?]) -> [UInt8] {
    let donors = batch.image?.levels ?? []
    let length = donors.count / max(1, batch.count)
    return chosen.enumerated().flatMap { row, host -> [UInt8] in
      let donor = row * length..<(row + 1) * length
      guard let host else { return Array(donors[donor]) }
      return detail.hybrid(
        samples[host * length..<(host + 1) * length], given: donors[donor], withoutDetail: taken[donor])
    }
  }
}
