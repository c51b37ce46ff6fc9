import Classification
import Compute
import Models
import OrderedCollections
import Random
import Records
import Training

/// How a surrogate is trained: a classifier of the attacker's own, in place of the one that will meet the poisoned set.
package struct SurrogateOptions: Sendable {
  /// Channels of the first stage.
  package var width = 64
  /// Passes over the set.
  package var epochs: Int
  /// Records a step.
  package var batch = 128
  /// The first learning rate.
  package var learningRate: Float = 0.1
  /// Where, as a share of all steps, the learning rate falls to a tenth of what it was.
  package var milestones: [Double] = [0.4, 0.8]
  /// Whether the learning rate rises from a hundredth during the first epoch.
  package var warmsUp = false
  /// Of the weights, the order of the records and all that is drawn.
  package var seed: UInt64

  /// The recipe of the attack's authors for as many epochs.
  package init(epochs: Int, seed: UInt64) { (self.epochs, self.seed) = (epochs, seed) }

  /// What may be chosen of it, by the options' names.
  var record: [String: JSON] {
    [
      "width": .integer(width), "epochs": .integer(epochs), "batch": .integer(batch), "seed": .string("\(seed)"),
    ]
  }

  /// The learning rate of a step, both counted from 0.
  func rate(step: Int, of total: Int, stepsPerEpoch: Int) -> Float {
    if warmsUp, step < stepsPerEpoch {
      return learningRate * (0.01 + 0.99 * Float(step) / Float(stepsPerEpoch))
    }
    let passed = milestones.count { Double(step) >= $0 * Double(total) }
    return (0..<passed).reduce(learningRate) { rate, _ in rate * 0.1 }
  }
}

/// A surrogate in training.
final class SurrogateTraining: ResumableState {
  let model: ResNet18
  let options: SurrogateOptions
  /// What it was after some of its epochs.
  private(set) var states: [ResNet18] = []
  /// The epochs, from 0, after which a state is kept.
  private let keptEpochs: [Int]
  private let set: PoisonSet
  private let step: ClassifierStep
  private let schedule: EpochSchedule

  /// A fresh surrogate for the set. By default nothing is clipped, as in the code of most attacks.
  ///
  /// - Parameter states: how many states are kept, after equally many epochs each, the last one included; fewer where there
  ///   are fewer epochs.
  /// - Throws: a data failure for labels that are no classes, a usage failure for a model too large.
  init(
    _ set: PoisonSet, _ options: SurrogateOptions, gradientNorm: Float = .infinity, states: Int = 0,
    report: (TrainingEvent) -> Void
  ) throws {
    try set.spool.prepare(batch: options.batch, report: report)
    let classes = try ClassCount.of(set.spool, asked: nil)
    let sizes = ResNet18.Configuration(classes: classes, width: options.width, channels: set.shape.channels)
    try ModelSize.check(parameterCount: sizes.parameterCount, classes: classes)
    var random = RandomStream(seed: options.seed, purpose: "surrogate weights")
    model = ResNet18(sizes, random: &random)
    step = ClassifierStep(model, gradientNorm: gradientNorm)
    schedule = EpochSchedule(count: set.spool.count, batch: options.batch, seed: options.seed)
    let count = min(states, options.epochs)
    keptEpochs = (0..<count).map { ($0 + 1) * options.epochs / count - 1 }
    self.set = set
    self.options = options
  }

  /// One step's records.
  struct Step {
    /// The epoch, from 0.
    let epoch: Int
    /// The step's number over all epochs, from 0.
    let number: Int
    /// Their places in the stream.
    let rows: [Int]
  }

  /// Trains to the end on what `pictures` makes of each step's records.
  ///
  /// - Parameters:
  ///   - checkpoint: what the training is kept in, which has begun. One more epoch follows, in which perturbations are
  ///     made.
  ///   - pictures: gives pictures in [0, 1], channels last, for the rows of a step.
  /// - Throws: a software failure where the training diverges, and what `pictures` throws.
  func run(
    checkpoint: Checkpoint?, report: (TrainingEvent) -> Void, on pictures: (Step) throws -> [Float]
  ) throws {
    try TrainingLoop.run(
      schedule, epochs: options.epochs, of: options.epochs + 1, rate: options.learningRate, checkpoint: checkpoint,
      report: report
    ) { step in
      let number = step.number - 1
      let values = try pictures(Step(epoch: step.epoch, number: number, rows: step.rows))
      let tape = Tape()
      let x = Tensor(values, shape: set.shape.tensor(step.rows.count), tape: tape, requiresGradient: false)
      let rate = options.rate(step: number, of: options.epochs * schedule.steps, stepsPerEpoch: schedule.steps)
      let figures = try self.step(x, tape: tape, labels: set.labels(step.rows), at: step, rate: rate)
      if step.number % schedule.steps == 0, keptEpochs.contains(step.epoch) {
        states.append(try copy())
      }
      return figures
    }
  }

  /// Takes one step of the first learning rate on pictures, channels last, of the given rows.
  ///
  /// - Throws: a software failure where the training diverges.
  func learn(from pictures: [Float], _ rows: [Int], round: Int) throws {
    let tape = Tape()
    let x = Tensor(pictures, shape: set.shape.tensor(rows.count), tape: tape, requiresGradient: false)
    let place = TrainingLoop.Step(epoch: round, number: round + 1, rows: rows, rate: options.learningRate)
    _ = try step(x, tape: tape, labels: set.labels(rows), at: place)
  }

  /// Trains to the end on clean pictures, cropped and mirrored at random.
  func runOnCleanPictures(checkpoint: Checkpoint? = nil, report: (TrainingEvent) -> Void) throws {
    try run(checkpoint: checkpoint, report: report) { step in
      let views = set.ids(step.rows).map {
        PictureView(seed: options.seed, purpose: "surrogate view", id: $0, step: step.epoch)
      }
      return views(set.pictures(step.rows), set.shape)
    }
  }

  private func blank() -> ResNet18 {
    var random = RandomStream(seed: 0, purpose: "weights")
    return ResNet18(model.configuration, random: &random)
  }

  private func copy() throws -> ResNet18 {
    let state = blank()
    _ = try state.load(model.columns, from: "a state of the surrogate")
    return state
  }
}

/// The states that are kept stand beside what every training changes.
extension SurrogateTraining {
  var largestByteCount: Int {
    step.state.largestByteCount + keptEpochs.count * model.columns.values.reduce(0) { $0 + $1.bytes.count }
  }

  func columns(at position: CheckpointDocument.Position) -> OrderedDictionary<String, Column> {
    states.enumerated().reduce(into: step.state.columns(at: position)) { columns, state in
      columns.merge(state.element.columns(prefix: Self.prefix(state.offset))) { $1 }
    }
  }

  func load(_ tensors: CheckpointTensors, at position: CheckpointDocument.Position) throws {
    try step.state.load(tensors, at: position)
    let ended = position.step == schedule.steps ? position.epoch : position.epoch - 1
    states = try keptEpochs.filter { $0 <= ended }.indices.map { index in
      let state = blank()
      try state.load(tensors, prefix: Self.prefix(index))
      return state
    }
  }

  private static func prefix(_ state: Int) -> String { "state.\(state)." }
}
