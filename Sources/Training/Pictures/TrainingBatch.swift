import Compute
import Records

/// The size of pictures whose elements lie with the channels last.
package struct PictureShape: Sendable, Equatable {
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int
  /// Channels.
  package let channels: Int

  /// A size.
  package init(height: Int, width: Int, channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
  }

  /// Elements of a picture.
  package var length: Int { height * width * channels }
  /// The shape of a tensor of pictures.
  package func tensor(_ count: Int) -> [Int] { [count, height, width, channels] }
}

/// What a training learns from in one step: pictures [N, H, W, C] in [0, 1], with a label and an id each.
package struct TrainingBatch: Sendable {
  /// The pictures' elements, one picture after the other, channels last.
  package let pictures: [Float]
  /// The size of the pictures.
  package let shape: PictureShape
  /// One class a picture.
  package let labels: [Int]
  /// One id a picture, which random numbers are keyed by.
  package let ids: [Int]
  /// Where pictures are mixed of two, the other one's label; nil where none is.
  package let mixture: LabelMixture?

  /// A batch. Precondition: there are a label, an id and `shape.length` elements for every picture.
  package init(pictures: [Float], shape: PictureShape, labels: [Int], ids: [Int], mixture: LabelMixture? = nil) {
    precondition(
      labels.count == ids.count && pictures.count == ids.count * shape.length
        && mixture.map { $0.labels.count == ids.count } ?? true,
      "\(pictures.count) elements, \(labels.count) labels and \(ids.count) ids for pictures of \(shape)")
    (self.pictures, self.shape, self.labels, self.ids, self.mixture) = (pictures, shape, labels, ids, mixture)
  }

  /// The batch with other pictures in place of its own.
  package func with(pictures: [Float], mixture: LabelMixture? = nil) -> TrainingBatch {
    TrainingBatch(pictures: pictures, shape: shape, labels: labels, ids: ids, mixture: mixture ?? self.mixture)
  }

  /// The records of some rows.
  package subscript(rows: Range<Int>) -> TrainingBatch {
    TrainingBatch(
      pictures: Array(pictures[rows.lowerBound * shape.length..<rows.upperBound * shape.length]), shape: shape,
      labels: Array(labels[rows]), ids: Array(ids[rows]), mixture: mixture?[rows])
  }

  /// The pictures as a constant, of a tape where there is one.
  func tensor(on tape: Tape?) -> Tensor {
    Tensor(pictures, shape: shape.tensor(ids.count), tape: tape, requiresGradient: false)
  }
}

extension Spool {
  /// The size of the pictures.
  package var shape: PictureShape {
    PictureShape(height: imageShape[1], width: imageShape[2], channels: imageShape[0])
  }

  /// The pictures of some rows in [0, 1], channels last.
  package func pictures(_ rows: [Int]) -> [Float] {
    Tensor(pictures: column(rows)).values
  }

  /// The classes of some rows.
  package func labels(_ rows: [Int]) -> [Int] { rows.map { labels[$0] } }

  /// The ids of some rows.
  package func ids(_ rows: [Int]) -> [Int] { rows.map { ids[$0] } }

  /// A batch of some rows, with other pictures in place of the set's own where given.
  package func batch(_ rows: [Int], pictures: [Float]? = nil) -> TrainingBatch {
    TrainingBatch(pictures: pictures ?? self.pictures(rows), shape: shape, labels: labels(rows), ids: ids(rows))
  }

  /// Checks that there is something to train on, and tells where each step will take the whole set.
  ///
  /// - Throws: a data failure where the stream held no records.
  package func prepare(batch: Int, report: (TrainingEvent) -> Void) throws {
    guard count > 0 else { throw Failure(.data, "the stream holds no records to train on") }
    if count < batch {
      report(.note("the set's \(count) records are fewer than a batch of \(batch); each step takes them all"))
    }
  }
}

/// The pictures of a spooled set as they are, to train any model on.
package struct SpoolSource<Model>: BatchSource {
  private let spool: Spool

  /// The pictures of a set.
  package init(_ spool: Spool) { self.spool = spool }

  package func batch(at step: TrainingStep, for model: Model) -> TrainingBatch { spool.batch(step.rows) }
}
