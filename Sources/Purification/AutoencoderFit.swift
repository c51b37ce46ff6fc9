import Models
import Records
import Training

/// Training of D-VAE, or of a plain variational or other autoencoder, on a spooled data set.
package struct AutoencoderFit: Sendable {
  /// What the user may choose; the defaults are the published recipe (METHODS 6.2d).
  package struct Options: Sendable {
    /// Which model is trained.
    package var architecture = AutoencoderConfiguration.Architecture.dvae
    /// Channels of the first convolution.
    package var width = 64
    /// Channels of the latent.
    package var latent = 256
    /// Classes with an embedding each; nil counts them from the stream.
    package var classes: Int?
    /// The nats a cell below which the KL divergence costs nothing, or the PSNR by which they are found.
    package var divergenceTarget = DivergenceTarget.Choice.nats(1)
    /// How long and with which steps it is trained.
    package var recipe = AutoencoderRecipe.published.recipe
    /// Of the weights, the order of the records and the latent's draws.
    package var seed: UInt64 = 0

    /// The published recipe and sizes.
    package init() {}
  }

  private let options: Options

  /// A training with the given choices.
  package init(_ options: Options) { self.options = options }

  /// Trains a fresh model on the whole set, or goes on with the one that a checkpoint holds.
  ///
  /// - Parameter microBatch: records that are computed at a time; nil for the whole batch.
  /// - Returns: the model, the figures of the last epoch and the KL target of the last step, in nats a cell.
  /// - Throws: a data failure where the pictures do not suit the model or the checkpoint is another training's, a
  ///   software failure where training diverges, `TrainingStopped` where the checkpoint says so.
  package func run(
    _ spool: Spool, checkpoint: Checkpoint? = nil, microBatch: Int? = nil,
    report: @escaping (TrainingEvent) -> Void
  ) throws -> (model: VariationalAutoencoder, figures: [Figure], divergenceTarget: Float) {
    try spool.prepare(batch: options.recipe.batch, report: report)
    let configuration = try configuration(for: spool)
    let model = configuration.build(seed: options.seed)
    let training = TrainingLoop(options.recipe, records: spool.count, seed: options.seed)
    let target = DivergenceTarget(
      options.divergenceTarget, steps: training.steps,
      warmUp: options.recipe.warmUpSteps(perEpoch: training.stepsPerEpoch))
    let trainer = try Trainer(
      AutoencoderObjective(model, divergenceTarget: target, seed: options.seed), options.recipe,
      microBatches: MicroBatches.make(of: microBatch, batch: min(options.recipe.batch, spool.count)))
    try checkpoint?.begin(
      arch: configuration.architecture.rawValue,
      config: AutoencoderDocument.config(configuration, training: options.record(of: spool)), on: spool,
      state: trainer.state, lengthens: true, report: report)
    let loop = try ResumableLoop(
      epochs: training.epochs, pieces: training.steps, checkpoint: checkpoint, report: report)
    let figures = try training.run(trainer, on: SpoolSource(spool), in: loop)
    return (model, figures, target.nats)
  }

  private func configuration(for spool: Spool) throws -> AutoencoderConfiguration {
    let shape = spool.imageShape
    guard shape[1] % 2 == 0, shape[2] % 2 == 0 else {
      throw Failure(
        .data,
        "pictures of \(shape[1])×\(shape[2]) pixels: the model halves and doubles the size, so both sides must be even; "
          + "decode them again with --size")
    }
    let configuration = AutoencoderConfiguration(
      architecture: options.architecture, height: shape[1], imageWidth: shape[2], channels: shape[0],
      classes: try ClassCount.of(spool, asked: options.classes), width: options.width, latent: options.latent)
    try configuration.shapes.checkSize(classes: configuration.classes)
    return configuration
  }
}

extension AutoencoderFit.Options {
  /// How a model is trained, as its document's configuration tells it. Of a target that is searched, the document also tells
  /// what was found.
  package func record(of spool: Spool) -> [String: JSON] {
    let target: [String: JSON] =
      switch divergenceTarget {
      case .nats(let nats): ["kld": .float(nats)]
      case .decibels(let low, let high): ["psnr": .array([.float(low), .float(high)])]
      }
    return recipe.record(of: spool).merging(target) { $1 }.merging(["seed": .string("\(seed)")]) { $1 }
  }
}
