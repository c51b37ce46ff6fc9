import Compute
import Models
import Random
import Records
import Training

/// Training of a classifier on a spooled data set, by the standard recipe (METHODS 3).
package struct ClassifierFit: Sendable {
  /// What the user may choose; the defaults are the paper's for CIFAR-10.
  package struct Options: Sendable {
    /// Channels of the first stage.
    package var width = 64
    /// Classes told apart; nil counts them from the stream.
    package var classes: Int?
    /// How long and with which steps it is trained.
    package var recipe = Recipe(epochs: 60, batch: 128, learningRate: 0.1)
    /// Whether pictures are cropped and mirrored at random.
    package var augments = true
    /// Of the weights, the order of the records and the augmentation.
    package var seed: UInt64 = 0

    /// The published recipe.
    package init() {}
  }

  private let options: Options

  /// A training with the given choices.
  package init(_ options: Options) { self.options = options }

  /// Trains a fresh classifier on the whole set, or goes on with the one that a checkpoint holds.
  ///
  /// - Returns: the model and the figures of the last epoch.
  /// - Throws: a data failure for labels out of range or the checkpoint of another training, a software failure where
  ///   training diverges, `TrainingStopped` where the checkpoint says so.
  package func run(
    _ spool: Spool, checkpoint: Checkpoint? = nil, report: (TrainingEvent) -> Void
  ) throws -> (model: ResNet18, figures: [Figure]) {
    try spool.prepare(batch: options.recipe.batch, report: report)
    let classes = try ClassCount.of(spool, asked: options.classes)
    if Set(spool.labels).count == 1 {
      report(.note("all records have label \(spool.labels.first ?? 0); a classifier learns nothing from one class"))
    }
    let configuration = ResNet18.Configuration(
      classes: classes, width: options.width, channels: spool.imageShape[0])
    try ModelSize.check(parameterCount: configuration.parameterCount, classes: classes)
    var random = RandomStream(seed: options.seed, purpose: "weights")
    let model = ResNet18(configuration, random: &random)
    let step = ClassifierStep(model)
    try checkpoint?.begin(
      arch: ClassifierDocument.architecture,
      config: ClassifierDocument.config(configuration, training: options.record(of: spool)), on: spool,
      state: step.state, report: report)
    let augmentation = CropAndFlip(seed: options.seed)
    let figures = try TrainingLoop.run(
      spool, options.recipe, seed: options.seed, checkpoint: checkpoint, report: report
    ) {
      pictures, ids, step in
      guard options.augments else { return pictures }
      return augmentation(
        pictures, shape: spool.imageShape, elementBytes: spool.imageType.byteCount, ids: ids, epoch: step.epoch)
    } step: { batch in
      try step(batch.x, tape: batch.tape, labels: batch.labels, at: batch.step)
    }
    return (model, figures)
  }
}
