import Adversaries
import Models
import OrderedCollections
import Records
import Training

/// An attack that looks at a whole set, and for long: what it has come to can be kept in a checkpoint.
package protocol SetAttack {
  /// Its name and what it is told, by the options' names: attacks that agree in it take the same steps.
  var record: [String: JSON] { get }

  /// Finds the perturbations of the set's chosen records.
  ///
  /// - Parameters:
  ///   - checkpoint: what the work is kept in, and taken from where it holds some.
  ///   - report: is told how it goes.
  /// - Throws: a data failure for a set that the attack cannot treat or the checkpoint of another, a software failure
  ///   where a surrogate's training diverges, `TrainingStopped` where the checkpoint says so.
  func perturbations(
    _ set: PoisonSet, checkpoint: Checkpoint?, report: @escaping (TrainingEvent) -> Void
  ) throws -> PerturbationStore
}

extension SetAttack {
  /// The same without a checkpoint.
  func perturbations(_ set: PoisonSet, report: @escaping (TrainingEvent) -> Void) throws -> PerturbationStore {
    try perturbations(set, checkpoint: nil, report: report)
  }

  /// Tells a checkpoint what is at work on which set, and takes from it what it holds.
  ///
  /// - Parameters:
  ///   - network: what the attack works against; nil for an infinitely wide one.
  ///   - trainingEpochs: epochs before the first in which perturbations are made.
  ///   - epochs: of all the work; nil for one behind the training.
  /// - Returns: the loop over the work's epochs.
  func begin(
    _ checkpoint: Checkpoint?, on set: PoisonSet, network: ClassifierNetwork?, training: SurrogateTraining?,
    store: PerturbationStore, trainingEpochs: Int, epochs: Int? = nil, report: @escaping (TrainingEvent) -> Void
  ) throws -> ResumableLoop {
    try checkpoint?.begin(
      arch: network?.rawValue ?? "tangent-kernel", config: record.merging(set.share.record) { $1 }, on: set.spool,
      state: AttackState(training: training, store: store, rows: set.rows, firstEpoch: trainingEpochs), report: report)
    return try ResumableLoop(epochs: epochs ?? trainingEpochs + 1, checkpoint: checkpoint, report: report)
  }
}

/// What an attack changes on its way: its surrogate, and from some epoch on the perturbations of the chosen records.
private struct AttackState: ResumableState {
  let training: SurrogateTraining?
  let store: PerturbationStore
  let rows: [Int]
  let firstEpoch: Int

  private static let name = "perturbation"
  private var shape: [Int] { [rows.count, store.length] }

  var largestByteCount: Int {
    (training?.largestByteCount ?? 0) + shape.reduce(MemoryLayout<Float>.stride, *)
  }

  func columns(at position: CheckpointDocument.Position) throws -> OrderedDictionary<String, Column> {
    var columns = training?.columns(at: position) ?? [:]
    if position.epoch >= firstEpoch { columns[Self.name] = Column(try store.read(rows), shape: shape) }
    return columns
  }

  func load(_ tensors: CheckpointTensors, at position: CheckpointDocument.Position) throws {
    try training?.load(tensors, at: position)
    if position.epoch >= firstEpoch { try store.write(rows, tensors.floats(Self.name, shape: shape)) }
  }
}
