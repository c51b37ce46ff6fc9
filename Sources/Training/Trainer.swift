import Compute
import OrderedCollections
import Records

/// What a model is trained for.
package protocol TrainingObjective {
  /// What is trained.
  associatedtype Model
  /// The model in training.
  var model: Model { get }
  /// The model as the parts that own its parameters.
  var module: any Module { get }

  /// Forward: the loss of the pictures x [N, H, W, C] of a batch, a constant tensor of a tape.
  func loss(_ x: Tensor, of batch: TrainingBatch, at step: TrainingStep) -> TrainingLoss

  /// What the objective learns of the steps that were taken; nil where they change nothing in it.
  var memory: (any ObjectiveMemory)? { get }

  /// What the model, as it is used after training, makes of pictures x [N, H, W, C] with a label and an id each.
  func answers(_ x: Tensor, labels: [Int], ids: [Int]) -> [Tensor]
}

extension TrainingObjective {
  /// Nothing.
  package var memory: (any ObjectiveMemory)? { nil }
}

/// What an objective learns of the steps that were taken, and a checkpoint keeps.
package protocol ObjectiveMemory: AnyObject {
  /// A step was taken, with these figures.
  func took(_ step: TrainingStep, figures: [Figure])
  /// All of it as tensors.
  var columns: OrderedDictionary<String, Column> { get }
  /// Takes what `columns` gave.
  ///
  /// - Throws: a data failure where a tensor is missing or unfit.
  func remember(_ tensors: CheckpointTensors) throws
}

/// What a step makes small, and what it tells of it.
package struct TrainingLoss {
  /// A scalar on the tape of the step.
  package let total: Tensor
  /// The figures to report, of the whole batch.
  package let figures: [Figure]

  /// A loss with its figures.
  package init(_ total: Tensor, figures: [Figure]) { (self.total, self.figures) = (total, figures) }
}

/// One step's place in a training.
package struct TrainingStep: Sendable {
  /// The epoch, from 0.
  package let epoch: Int
  /// The step's number, from 1 and over all epochs.
  package let number: Int
  /// Rows of the training set that make up the step's batch.
  package let rows: [Int]
  /// The learning rate.
  package let rate: Float

  /// A step of the given place.
  package init(epoch: Int, number: Int, rows: [Int], rate: Float) {
    (self.epoch, self.number, self.rows, self.rate) = (epoch, number, rows, rate)
  }
}

/// A model in training, step by step: forward to the loss, backward, and the optimiser's step.
package final class Trainer<Objective: TrainingObjective> {
  /// What is trained for what.
  package let objective: Objective
  private let parameters: [Parameter]
  private let optimizer: any ResumableOptimizer
  private let maximumGradientNorm: Float
  private let microBatches: MicroBatches?

  /// A training that has taken no step, with the recipe's optimiser and clip.
  ///
  /// - Parameter microBatches: how a batch is computed piece by piece; nil computes it at once.
  package init(_ objective: Objective, _ recipe: Recipe, microBatches: MicroBatches? = nil) {
    self.objective = objective
    self.microBatches = microBatches
    parameters = objective.module.allParameters
    optimizer = recipe.optimization.optimizer(of: parameters)
    maximumGradientNorm = recipe.maximumGradientNorm
  }

  /// The model in training.
  package var model: Objective.Model { objective.model }
  /// What the training changes.
  package var state: TrainingState {
    TrainingState(model: objective.module, optimizer: optimizer, objective: objective.memory)
  }

  /// Takes one step on a batch.
  ///
  /// - Returns: the step's figures.
  /// - Throws: a software failure where the loss or the gradients are no longer numbers; the parameters are then those of
  ///   the step before.
  package func take(_ batch: TrainingBatch, at step: TrainingStep) throws -> [Figure] {
    for parameter in parameters { parameter.clearGradient() }
    let figures = try differentiate(batch, at: step)
    try apply(at: step)
    objective.memory?.took(step, figures: figures)
    return figures
  }

  /// Checks that the model still makes numbers of pictures, which after the last step no further one would find out.
  ///
  /// - Throws: a software failure where it does not.
  func checkAnswers(to batch: TrainingBatch, at step: TrainingStep) throws {
    let few = batch[0..<min(Self.mostAsked, batch.ids.count)]
    let answers = objective.answers(few.tensor(on: nil), labels: few.labels, ids: few.ids).map(\.values)
    let weights = (objective.module.namedParameters() + objective.module.namedBuffers()).map(\.parameter.values)
    for (what, numbers) in answers.map({ ("the model's answer", $0) }) + weights.map({ ("a weight", $0) }) {
      if let value = numbers.first(where: { !$0.isFinite }) { throw step.divergence(what, value) }
    }
  }

  /// Pictures by which a model is checked.
  private static var mostAsked: Int { 16 }

  /// The whole batch's forward and backward pass, at once or in micro-batches.
  private func differentiate(_ batch: TrainingBatch, at step: TrainingStep) throws -> [Figure] {
    guard let microBatches else { return try differentiate(batch, SingleProcess(), at: step).get() }
    let results = try microBatches.map(batch) { self.differentiate($0, $1, at: step) }
    return try results[0].get()
  }

  /// Forward and backward for the records that one holder of the batch has. All holders come to the same loss.
  private func differentiate(
    _ batch: TrainingBatch, _ communicator: any Communicator, at step: TrainingStep
  ) -> Result<[Figure], Failure> {
    let tape = Tape(communicator: communicator)
    let loss = objective.loss(batch.tensor(on: tape), of: batch, at: step)
    guard loss.total.scalar.isFinite else { return .failure(step.divergence("the loss", loss.total.scalar)) }
    tape.backward(from: loss.total)
    return .success(loss.figures)
  }

  /// Clips the gradients together and lets the optimiser move the parameters.
  private func apply(at step: TrainingStep) throws {
    let norm = clipGradientNorm(parameters, to: maximumGradientNorm)
    guard norm.isFinite else { throw step.divergence("the gradient's norm", norm) }
    optimizer.step(learningRate: step.rate)
  }
}

extension TrainingStep {
  fileprivate func divergence(_ what: String, _ value: Float) -> Failure {
    .divergence(what, "\(value)", "step \(number) (epoch \(epoch + 1))")
  }
}

extension Failure {
  /// A training whose numbers have become none.
  static func divergence(_ what: String, _ value: String, _ place: String) -> Failure {
    Failure(
      .software, "\(what) became \(value) at \(place); no model was written. Try a lower --learning-rate.")
  }
}
