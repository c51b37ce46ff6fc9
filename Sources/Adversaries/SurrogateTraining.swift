import Models
import OrderedCollections
import Records
import Training

/// How a surrogate is trained: a classifier of the attacker's own, in place of the one that will meet the poisoned set.
package struct SurrogateOptions: Sendable {
  /// Which network.
  package var network = ClassifierNetwork.standard
  /// 64 as published, where it is the channels of a ResNet's first stage.
  package var width = 64
  /// Passes over the set.
  package var epochs: Int { didSet { recipe.length = .epochs(epochs) } }
  /// How it is trained, for as many epochs. By default nothing is clipped, as in the code of most attacks.
  package var recipe: Recipe
  /// Of the weights, the order of the records and all that is drawn.
  package var seed: UInt64

  /// The recipe of most attacks' authors for as many epochs: the learning rate falls to a tenth after two fifths of the
  /// steps and again after four fifths.
  package init(epochs: Int, seed: UInt64) {
    self.epochs = epochs
    recipe = .classifier(epochs: epochs)
    recipe.schedule = .milestones([0.4, 0.8], factor: 0.1)
    recipe.maximumGradientNorm = .infinity
    self.seed = seed
  }

  /// What may be chosen of it, by the options' names.
  package var record: [String: JSON] {
    [
      "width": .integer(width), "epochs": .integer(epochs), "batch": .integer(recipe.batch), "seed": .string("\(seed)"),
    ]
  }
}

/// A surrogate in training.
package final class SurrogateTraining: ResumableState {
  /// How it is trained.
  package let options: SurrogateOptions
  /// What it was after some of its epochs.
  package private(set) var states: [any Classifier] = []
  /// The epochs, from 0, after which a state is kept.
  private let keptEpochs: [Int]
  private let spool: Spool
  private let trainer: Trainer<ClassifierObjective>
  private let training: TrainingLoop

  /// A fresh surrogate for a set.
  ///
  /// - Parameter states: how many states are kept, after equally many epochs each, the last one included; fewer where there
  ///   are fewer epochs.
  /// - Throws: a data failure for labels that are no classes, a usage failure for a model too large.
  package init(
    _ spool: Spool, _ options: SurrogateOptions, states: Int = 0, report: (TrainingEvent) -> Void
  ) throws {
    try spool.prepare(batch: options.recipe.batch, report: report)
    let classes = try ClassCount.of(spool, asked: nil)
    let sizes = ClassifierConfiguration(
      network: options.network, classes: classes, width: options.width, channels: spool.shape.channels)
    try sizes.check(
      height: spool.shape.height, width: spool.shape.width, batch: min(options.recipe.batch, spool.count))
    let model = sizes.build(seed: options.seed, purpose: "surrogate weights")
    trainer = Trainer(ClassifierObjective(model, seed: options.seed), options.recipe)
    training = TrainingLoop(options.recipe, records: spool.count, seed: options.seed)
    let count = min(states, options.epochs)
    keptEpochs = (0..<count).map { ($0 + 1) * options.epochs / count - 1 }
    self.spool = spool
    self.options = options
  }

  /// The surrogate as it stands.
  package var model: any Classifier { trainer.model }

  /// Trains to the end on the batches of a source, in the first epochs of a loop.
  ///
  /// - Throws: a software failure where the training diverges, and what the source throws.
  package func run(on source: some BatchSource<any Classifier>, in loop: ResumableLoop) throws {
    try training.run(trainer, on: source, in: loop) { epoch in
      if keptEpochs.contains(epoch) { states.append(try copy()) }
    }
  }

  /// Trains to the end on the set's clean pictures, cropped and mirrored at random.
  package func runOnCleanPictures(in loop: ResumableLoop) throws {
    try run(on: CroppedPictures(spool, seed: options.seed, purpose: "surrogate view"), in: loop)
  }

  /// Takes one step of the highest learning rate.
  ///
  /// - Parameter step: from 0 over all rounds: no two steps drop the same features of a record.
  /// - Throws: a software failure where the training diverges.
  package func learn(from batch: TrainingBatch, rows: [Int], round: Int, step: Int) throws {
    _ = try trainer.take(
      batch, at: TrainingStep(epoch: round, number: step + 1, rows: rows, rate: options.recipe.learningRate))
  }

  private func copy() throws -> any Classifier {
    let state = model.configuration.shapes
    _ = try state.load(model.columns, from: "a state of the surrogate")
    return state
  }
}

/// The states that are kept stand beside what every training changes.
extension SurrogateTraining {
  package var largestByteCount: Int {
    trainer.state.largestByteCount + keptEpochs.count * model.columns.values.reduce(0) { $0 + $1.bytes.count }
  }

  package func columns(at position: CheckpointDocument.Position) -> OrderedDictionary<String, Column> {
    states.enumerated().reduce(into: trainer.state.columns(at: position)) { columns, state in
      columns.merge(state.element.columns(prefix: Self.prefix(state.offset))) { $1 }
    }
  }

  package func load(_ tensors: CheckpointTensors, at position: CheckpointDocument.Position) throws {
    try trainer.state.load(tensors, at: position)
    let ended = position.step == training.stepsPerEpoch ? position.epoch : position.epoch - 1
    states = try keptEpochs.filter { $0 <= ended }.indices.map { index in
      let state = model.configuration.shapes
      try state.load(tensors, prefix: Self.prefix(index))
      return state
    }
  }

  private static func prefix(_ state: Int) -> String { "state.\(state)." }
}

/// The pictures of a spooled set, cropped and mirrored at random anew in every epoch.
package struct CroppedPictures<Model>: BatchSource {
  private let spool: Spool
  private let seed: UInt64
  private let purpose: String

  /// The pictures of a set; `purpose` names the crops among all that the seed draws.
  package init(_ spool: Spool, seed: UInt64, purpose: String = "augmentation") {
    (self.spool, self.seed, self.purpose) = (spool, seed, purpose)
  }

  package func batch(at step: TrainingStep, for model: Model) -> TrainingBatch {
    let crops = [CropAndFlip](seed: seed, purpose: purpose, ids: spool.ids(step.rows), step: step.epoch)
    return spool.batch(step.rows, pictures: crops(spool.pictures(step.rows), spool.shape))
  }
}
