import Compute
import Models
import Random
import Records
import Training

/// Training of a classifier on a spooled data set, by the standard recipe (METHODS 3).
public struct ClassifierFit: Sendable {
  /// What the user may choose; the defaults are the paper's for CIFAR-10.
  public struct Options: Sendable {
    /// Channels of the first stage.
    public var width = 64
    /// Classes told apart; nil counts them from the stream.
    public var classes: Int?
    /// How long and with which steps it is trained.
    public var recipe = Recipe(epochs: 60, batch: 128, learningRate: 0.1)
    /// Whether pictures are cropped and mirrored at random.
    public var augments = true
    /// Of the weights, the order of the records and the augmentation.
    public var seed: UInt64 = 0

    public init() {}
  }

  private let options: Options

  public init(_ options: Options) { self.options = options }

  /// Trains a fresh classifier on the whole set.
  ///
  /// - Returns: the model and the figures of the last epoch.
  /// - Throws: a data failure for labels out of range, a software failure where training diverges.
  public func run(
    _ spool: Spool, report: (TrainingEvent) -> Void
  ) throws -> (model: ResNet18, figures: [Figure]) {
    try spool.prepare(batch: options.recipe.batch, report: report)
    let classes = try ClassCount.of(spool, asked: options.classes)
    if Set(spool.labels).count == 1 {
      report(.note("all records have label \(spool.labels.first ?? 0); a classifier learns nothing from one class"))
    }
    var random = RandomStream(seed: options.seed, purpose: "weights")
    let model = ResNet18(
      .init(classes: classes, width: options.width, channels: spool.imageShape[0]), random: &random)
    let step = ClassifierStep(model)
    let augmentation = CropAndFlip(seed: options.seed)
    var last: [Figure] = []
    try TrainingLoop.run(
      EpochSchedule(count: spool.count, batch: options.recipe.batch, seed: options.seed), epochs: options.recipe.epochs,
      rate: options.recipe.learningRate,
      report: { event in
        if case .epoch(let progress) = event { last = progress.figures }
        report(event)
      }
    ) { place in
      let ids = place.rows.map { spool.ids[$0] }
      var pictures = spool.images(place.rows)
      if options.augments {
        pictures = augmentation(
          pictures, shape: spool.imageShape, elementBytes: spool.imageType.byteCount, ids: ids, epoch: place.epoch)
      }
      let tape = Tape()
      let x = Tensor(
        pictures: pictures, type: spool.imageType, count: ids.count, shape: spool.imageShape, tape: tape)
      return try step(x, tape: tape, labels: place.rows.map { spool.labels[$0] }, at: place)
    }
    return (model, last)
  }
}
