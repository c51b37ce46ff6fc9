import Records
import Training

/// Poisons a share of a stream's records by an attack, batch by batch.
package struct Poisoner {
  /// What is written for a record.
  package enum Emission: String, Sendable, CaseIterable {
    /// The poisoned picture.
    case pictures
    /// The perturbation in a column of its own; the picture stays clean.
    case perturbation
  }

  /// What passed.
  package struct Summary: Sendable, Equatable {
    /// Records seen.
    package var records = 0
    /// Those of them that were poisoned.
    package var poisoned = 0
    /// The sum of the l2 norms of the perturbations, as they are after rounding.
    package var norms = 0.0
    /// Elements of pictures that were poisoned, and those of them that were cut to the range of pictures.
    package var elements = 0
    package var clipped = 0
    /// What the attack settled on, in words for the user.
    package var settled: String?

    /// The mean l2 norm; nil where nothing was poisoned.
    package var meanNorm: Double? { poisoned > 0 ? norms / Double(poisoned) : nil }
  }

  private var summary = Summary()
  private var poison: any Poison
  private let share: PoisonedShare
  private let emission: Emission
  private let quantization: Quantization
  /// The ids of a list that have not come yet.
  private var missing: Set<Int>

  /// - Parameters:
  ///   - share: which records are poisoned.
  ///   - emission: what is written.
  ///   - quantization: how poisoned pictures of 8 bits are rounded.
  package init(
    _ poison: any Poison, share: PoisonedShare, emission: Emission, quantization: Quantization = .nearest
  ) {
    self.poison = poison
    self.share = share
    self.emission = emission
    self.quantization = quantization
    missing = share.list?.ids ?? []
  }

  /// Poisons the chosen records of a stream, and writes all with a column `poisoned` that says which they are, beside those
  /// that came poisoned.
  ///
  /// - Returns: what passed.
  /// - Throws: a data failure where pictures or labels are missing or unfit; what reader and writer throw. The records
  ///   before the fault have been written.
  package mutating func run(_ reader: RecordReader, _ writer: RecordWriter) throws -> Summary {
    try reader.pass(to: writer) {
      summary.settled = try poison.finish()
      if let id = missing.min(), let list = share.list, !list.allowsMismatch {
        throw Failure(
          .data,
          "\(list.name): names ids that no record has, \(id) among them (\(missing.count) in all); go on all the same with "
            + "--allow-mismatch")
      }
    } _: { batch, start in
      try apply(batch, startingAt: start) { reader.failure(record: $0, $1) }
    }
    return summary
  }

  /// The same for a stream that was read before, whose pictures a spool keeps.
  package mutating func run(
    _ batches: BatchSpool, pictures: Spool, _ writer: RecordWriter
  ) throws -> Summary {
    var start = 0
    try writer.keepingRecords {
      try batches.forEach(pictures: pictures) { batch in
        try writer.write(
          try apply(batch, startingAt: start) { Failure(.data, "record \(start + $0) (from 0): \($1)") })
        start += batch.count
      }
    }
    try writer.close()
    return summary
  }

  /// The batch with the chosen records poisoned and marked.
  ///
  /// - Parameter start: the number of records before, which are the ids where the stream has none.
  mutating func apply(
    _ batch: ImageBatch, startingAt start: Int, failure: (_ record: Int, _ words: String) -> Failure
  ) throws -> ImageBatch {
    let pictures = try PictureBatch(
      batch, PictureRequirement("to poison", labels: "which the poison depends on"), startingAt: start,
      failure: failure)
    let (image, labels, ids) = (pictures.image, pictures.labels, pictures.ids)
    if image.type == .f32, quantization != .nearest {
      throw failure(0, "pictures of fractions are not rounded to 8 bits; leave --quantise out")
    }
    let chosen = ids.indices.filter { share.contains(id: ids[$0]) }
    let perturbations = try poison.perturbations(
      of: PoisonTargets(
        shape: image.recordShape, labels: chosen.map { labels[$0] }, ids: chosen.map { ids[$0] },
        rows: chosen.map { start + $0 }, classes: batch.classes?.count)
    ) { failure(chosen[$0], $1) }
    missing.subtract(ids)
    var target = PoisonedPictures(image, bound: poison.bound, quantization: quantization)
    let length = image.recordShape.reduce(1, *)
    for (place, row) in chosen.enumerated() {
      let norm = try target.poison(row, by: perturbations[place * length..<(place + 1) * length]) { failure(row, $0) }
      summary.norms += norm
    }
    summary.clipped += target.clipped
    summary.elements += chosen.count * length
    summary.records += batch.count
    summary.poisoned += chosen.count
    return result(batch, target, chosen)
  }

  private func result(_ batch: ImageBatch, _ target: PoisonedPictures, _ chosen: [Int]) -> ImageBatch {
    var (batch, marks) = (batch, batch.poisoned ?? [UInt8](repeating: 0, count: batch.count))
    for row in chosen { marks[row] = 1 }
    switch emission {
    case .pictures: batch.set("image", target.image)
    case .perturbation: batch.set("perturbation", target.perturbation)
    }
    batch.set("poisoned", Column(marks, shape: [batch.count]))
    return batch
  }
}
