import Adversaries
import Models
import Records
import Training

/// Training of a classifier on a spooled data set, by the standard recipe (METHODS 3).
package struct ClassifierFit: Sendable {
  /// What the user may choose; the defaults are the paper's for CIFAR-10.
  package struct Options: Sendable {
    /// Which network is trained.
    package var network = ClassifierNetwork.standard
    /// 64 as published, where it is the channels of a ResNet's first stage.
    package var width = 64
    /// Classes told apart; nil counts them from the stream.
    package var classes: Int?
    /// How it is trained.
    package var recipe = Recipe.classifier(epochs: 60)
    /// Whether pictures are cropped and mirrored at random.
    package var augments = true
    /// What is done against poison; nil for nothing.
    package var defence: (any Defence)?
    /// Of the weights, the order of the records and the augmentation.
    package var seed: UInt64 = 0

    /// The published recipe.
    package init() {}

    /// How a model was trained, as its document's configuration tells it.
    package func record(of spool: Spool) -> [String: JSON] {
      recipe.record(of: spool).merging([
        "augmented": .bool(augments), "seed": .string("\(seed)"), "height": .integer(spool.imageShape[1]),
        "image_width": .integer(spool.imageShape[2]),
      ]) { $1 }.merging(defence?.record ?? [:]) { $1 }
    }
  }

  private let options: Options

  /// A training with the given choices.
  package init(_ options: Options) { self.options = options }

  /// Trains a fresh classifier on the whole set, or goes on with the one that a checkpoint holds.
  ///
  /// - Parameter microBatch: records that are computed at a time; nil for the whole batch.
  /// - Returns: the model and the figures of the last epoch.
  /// - Throws: a data failure for labels out of range or the checkpoint of another training, a software failure where
  ///   training diverges, `TrainingStopped` where the checkpoint says so.
  package func run(
    _ spool: Spool, checkpoint: Checkpoint? = nil, microBatch: Int? = nil,
    report: @escaping (TrainingEvent) -> Void
  ) throws -> (model: any Classifier, figures: [Figure]) {
    try spool.prepare(batch: options.recipe.batch, report: report)
    let classes = try ClassCount.of(spool, asked: options.classes)
    if Set(spool.labels).count == 1 {
      report(.note("all records have label \(spool.labels.first ?? 0); a classifier learns nothing from one class"))
    }
    let configuration = ClassifierConfiguration(
      network: options.network, classes: classes, width: options.width, channels: spool.imageShape[0])
    try configuration.check(
      height: spool.imageShape[1], width: spool.imageShape[2], batch: min(options.recipe.batch, spool.count))
    let model = configuration.build(seed: options.seed)
    let trainer = try Trainer(
      ClassifierObjective(model, seed: options.seed), options.recipe,
      microBatches: MicroBatches.make(of: microBatch, batch: min(options.recipe.batch, spool.count)))
    try checkpoint?.begin(
      arch: configuration.network.rawValue,
      config: ClassifierDocument.config(configuration, training: options.record(of: spool)), on: spool,
      state: trainer.state, lengthens: true, report: report)
    let training = TrainingLoop(options.recipe, records: spool.count, seed: options.seed)
    let loop = try ResumableLoop(
      epochs: training.epochs, pieces: training.steps, checkpoint: checkpoint, report: report)
    return (model, try training.run(trainer, on: source(spool, microBatch: microBatch), in: loop))
  }

  private func source(_ spool: Spool, microBatch: Int?) -> any BatchSource<any Classifier> {
    let plain: any BatchSource<any Classifier> =
      options.augments ? CroppedPictures(spool, seed: options.seed) : SpoolSource(spool)
    guard let defence = options.defence else { return plain }
    return DefendedPictures(source: plain, defence: defence, records: microBatch ?? options.recipe.batch)
  }
}
