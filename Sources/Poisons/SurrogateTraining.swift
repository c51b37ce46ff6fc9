import Classification
import Compute
import Models
import OrderedCollections
import Random
import Records
import Training

/// How a surrogate is trained: a classifier of the attacker's own, in place of the one that will meet the poisoned set.
public struct SurrogateOptions: Sendable {
  /// Channels of the first stage.
  public var width = 64
  /// Passes over the set.
  public var epochs: Int
  /// Records a step.
  public var batch = 128
  /// The first learning rate.
  public var learningRate: Float = 0.1
  /// Where, as a share of all steps, the learning rate falls to a tenth of what it was.
  public var milestones: [Double] = [0.4, 0.8]
  /// Whether the learning rate rises from a hundredth during the first epoch.
  public var warmsUp = false
  /// Of the weights, the order of the records and all that is drawn.
  public var seed: UInt64

  /// The recipe of the attack's authors for as many epochs.
  public init(epochs: Int, seed: UInt64) { (self.epochs, self.seed) = (epochs, seed) }

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
final class SurrogateTraining {
  let model: ResNet18
  private let set: PoisonSet
  private let options: SurrogateOptions
  private let step: ClassifierStep
  private let schedule: EpochSchedule

  /// A fresh surrogate for the set. By default nothing is clipped, as in the code of most attacks.
  ///
  /// - Throws: a data failure for labels that are no classes, a usage failure for a model too large.
  init(
    _ set: PoisonSet, _ options: SurrogateOptions, gradientNorm: Float = .infinity, report: (TrainingEvent) -> Void
  ) throws {
    try set.spool.prepare(batch: options.batch, report: report)
    let classes = try ClassCount.of(set.spool, asked: nil)
    let sizes = ResNet18.Configuration(classes: classes, width: options.width, channels: set.shape.channels)
    try ModelSize.check(parameterCount: sizes.parameterCount, classes: classes)
    var random = RandomStream(seed: options.seed, purpose: "surrogate weights")
    model = ResNet18(sizes, random: &random)
    step = ClassifierStep(model, gradientNorm: gradientNorm)
    schedule = EpochSchedule(count: set.spool.count, batch: options.batch, seed: options.seed)
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
  ///   - pictures: gives pictures in [0, 1], channels last, for the rows of a step.
  ///   - afterEpoch: is told the epoch that has ended, from 0.
  /// - Throws: a software failure where the training diverges, and what `pictures` throws.
  func run(
    report: (TrainingEvent) -> Void, on pictures: (Step) throws -> [Float], afterEpoch: (Int) -> Void = { _ in }
  ) throws {
    try TrainingLoop.run(schedule, epochs: options.epochs, rate: options.learningRate, report: report) { step in
      let number = step.number - 1
      let values = try pictures(Step(epoch: step.epoch, number: number, rows: step.rows))
      let tape = Tape()
      let x = Tensor(values, shape: set.shape.tensor(step.rows.count), tape: tape, requiresGradient: false)
      let rate = options.rate(step: number, of: options.epochs * schedule.steps, stepsPerEpoch: schedule.steps)
      let figures = try self.step(x, tape: tape, labels: set.labels(step.rows), at: step, rate: rate)
      if step.number % schedule.steps == 0 { afterEpoch(step.epoch) }
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
  func runOnCleanPictures(report: (TrainingEvent) -> Void, afterEpoch: (Int) -> Void = { _ in }) throws {
    try run(
      report: report,
      on: { step in
        let views = set.ids(step.rows).map {
          PictureView(seed: options.seed, purpose: "surrogate view", id: $0, step: step.epoch)
        }
        return views(set.pictures(step.rows), set.shape)
      }, afterEpoch: afterEpoch)
  }
}

/// Classifiers that stand in for the one that will meet the poisoned set.
public enum Surrogates {
  /// A classifier of the set's clean pictures, trained to the end.
  ///
  /// - Throws: as `ensemble`.
  public static func trained(
    on set: PoisonSet, _ options: SurrogateOptions, report: (TrainingEvent) -> Void
  ) throws -> ResNet18 {
    let training = try SurrogateTraining(set, options, report: report)
    try training.runOnCleanPictures(report: report)
    return training.model
  }

  /// States of one training on the set's clean pictures, after equally many epochs each, the last one included; fewer than
  /// `members` where there are fewer epochs.
  ///
  /// - Throws: a data failure for labels that are no classes, a software failure where the training diverges.
  public static func ensemble(
    of members: Int, on set: PoisonSet, _ options: SurrogateOptions, report: (TrainingEvent) -> Void
  ) throws -> [ResNet18] {
    let training = try SurrogateTraining(set, options, report: report)
    let count = min(members, options.epochs)
    let wanted = Set((1...count).map { $0 * options.epochs / count - 1 })
    var states: [OrderedDictionary<String, Column>] = []
    try training.runOnCleanPictures(report: report) { epoch in
      if wanted.contains(epoch) { states.append(training.model.columns) }
    }
    return try states.map { state in
      var random = RandomStream(seed: 0, purpose: "weights")
      let model = ResNet18(training.model.configuration, random: &random)
      _ = try model.load(state, from: "a state of the surrogate")
      return model
    }
  }

  /// Checks that classifiers from elsewhere know the set's pictures and classes.
  ///
  /// - Throws: a data failure that names what does not suit.
  public static func check(_ models: [ResNet18], suit set: PoisonSet) throws {
    let highest = set.spool.labels.max() ?? 0
    for sizes in models.map(\.configuration) {
      guard sizes.channels == set.shape.channels else {
        throw Failure(
          .data, "the surrogate takes pictures of \(sizes.channels) channels; these have \(set.shape.channels)")
      }
      guard highest < sizes.classes else {
        throw Failure(.data, "label \(highest) is not one of the surrogate's \(sizes.classes) classes")
      }
      guard sizes.classes == models[0].configuration.classes else {
        throw Failure(.data, "the surrogates tell different numbers of classes apart")
      }
    }
  }
}
