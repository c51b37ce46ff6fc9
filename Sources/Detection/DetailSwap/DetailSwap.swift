import Models
import RecordTools
import Records
import Training

/// Pictures given the detail of pictures of other classes, and a classifier asked what they show (after the perturbation swap
/// of METHODS 11).
///
/// In a clean set what a picture shows tells its class, and a little detail of another picture changes nothing. A shortcut
/// lives in such detail: the classifier has learnt it, and takes the picture for the class that the detail comes from. That
/// needs no limit from other sets: what a classifier has learnt by heart of its own pictures, how many classes there are and
/// how well it knows them change what it takes pictures for, and hardly what detail does to that.
package struct DetailSwap {
  /// Pictures that are given a record's detail where each record is scored.
  private static let rounds = 5

  private let model: any Classifier
  private let classes: ClassMatching
  private let sharpens: Bool
  private let records: BatchSpool
  private let hosts: SwapHosts

  /// All records of a stream, which wait in a temporary file, so that every class has pictures that can be given detail.
  ///
  /// - Parameters:
  ///   - classes: what labels are to the classifier.
  ///   - sharpens: whether the classifier has learnt sharpened pictures (`PictureFilter.Method.sharpen`), and is to be shown
  ///     such.
  /// - Throws: a data failure for a classifier of one class, which tells nothing apart, and where pictures or labels do not
  ///   suit it, or pictures are of several sizes; what reading and writing the temporary file throws.
  package init(_ model: any Classifier, classes: ClassMatching, sharpens: Bool, _ reader: RecordReader) throws {
    try model.checkTellsApart()
    (self.model, self.classes, self.sharpens, records) = (model, classes, sharpens, try BatchSpool())
    var hosts = SwapHosts(classes: model.configuration.classes)
    while let batch = try reader.next() {
      let labels = try PictureBatch(batch, for: model, classes: classes) { reader.failure(record: $0, $1) }.labels
      guard hosts.add(batch, labels: labels) else {
        throw reader.failure(
          "pictures are of several sizes, and cannot be given each other's detail; decode them with --size")
      }
      try records.append(batch)
    }
    self.hosts = hosts
  }

  /// What the classifier makes of all records, as they are and with detail given and taken.
  ///
  /// - Parameter source: whether it was trained on others or on these.
  /// - Throws: a data failure where there are no records, and for one whose logits are not numbers; what reading the
  ///   temporary file throws.
  package func evidence(of source: SwapEvidence.Source) throws -> SwapEvidence {
    guard hosts.count > 0 else { throw Failure(.data, "the stream holds no records to judge") }
    var evidence = SwapEvidence(classes: model.configuration.classes, of: source)
    let bare = try Detail.allCases.map { try BareHosts(hosts, without: $0) { try scores($0, startingAt: 0) } }
    var position = 0
    try records.forEach { batch in
      let before = try scores(batch, startingAt: position)
      let dropped = try PictureFilter(.jpeg(quality: 30)).apply(batch, failure: failure(position))
      let slightly = Detail.slightly(batch.image?.levels ?? [], filtered: dropped.image?.bytes ?? [])
      evidence.add(
        before, dropped: try scores(dropped, startingAt: position),
        slightly: try scores(batch.withPictures(slightly), startingAt: position))
      for hosts in bare {
        let chosen = hosts.chosen(for: before.map(\.label), startingAt: position)
        let answers = zip(chosen, try scores(given: batch, hosts, chosen, startingAt: position)).compactMap {
          host, score in
          host.map { (follows: score.isPredicted, before: hosts.predictions[$0] == score.label) }
        }
        evidence.add(answers, to: hosts.detail)
      }
      position += batch.count
    }
    return evidence
  }

  /// Has `body` called with the batches of records and what the classifier makes of pictures of other classes that were
  /// given each record's detail: the mean logarithm of the odds of the record's label, which is predicted where more than half
  /// of the pictures are taken for it.
  ///
  /// - Throws: a data failure for a record whose logits are not numbers; what reading the temporary file and `body` throw.
  func forEachScored(_ detail: Detail, _ body: (ImageBatch, [RecordScore]) throws -> Void) throws {
    guard hosts.count > 0 else { return try records.forEach { try body($0, []) } }
    let hosts = try BareHosts(hosts, without: detail) { try scores($0, startingAt: 0) }
    var position = 0
    try records.forEach { batch in
      let labels = try PictureBatch(batch, for: model, classes: classes, failure: failure(position)).labels
      let rounds = try (0..<Self.rounds).map { round in
        let chosen = hosts.chosen(for: labels, startingAt: position, round: round)
        return try scores(given: batch, hosts, chosen, startingAt: position)
      }
      try body(batch, (0..<batch.count).map { row in RecordScore(mean: rounds.map { $0[row] }) })
      position += batch.count
    }
  }

  /// What the classifier makes of the hosts chosen, each given the detail of a batch's record.
  private func scores(
    given batch: ImageBatch, _ hosts: BareHosts, _ chosen: [Int?], startingAt position: Int
  ) throws -> [RecordScore] {
    let taken = try hosts.detail.taken(from: batch, failure: failure(position))
    let hybrids = hosts.hybrids(batch, withoutDetail: taken, on: chosen)
    return try scores(batch.withPictures(hybrids), startingAt: position)
  }

  /// What the classifier makes of pictures, sharpened where it has learnt such.
  private func scores(_ batch: ImageBatch, startingAt position: Int) throws -> [RecordScore] {
    let failure = failure(position)
    let seen = sharpens ? try PictureFilter(.sharpen).apply(batch, failure: failure) : batch
    return try RecordScore.all(seen, by: model, classes: classes, failure: failure)
  }

  private func failure(_ position: Int) -> (Int, String) -> Failure {
    { Failure(.data, "record \(position + $0) of the stream: \($1)") }
  }
}

extension ImageBatch {
  /// The same records with other pictures, of 8 bits. Precondition: there is a column of pictures with as many samples.
  fileprivate func withPictures(_ samples: [UInt8]) -> ImageBatch {
    var batch = self
    if let image { batch.set("image", Column(samples, shape: image.shape)) }
    return batch
  }
}
