import Compute
import OrderedCollections
import Records

/// An optimiser whose memory travels in a checkpoint.
public protocol ResumableOptimizer: AnyObject {
  /// What it remembers of its parameters, whose names are given in its order.
  func memory(of names: [String]) -> OrderedDictionary<String, Column>
  /// Takes what `memory` gave.
  ///
  /// - Throws: a data failure that names a tensor which is missing or unfit.
  func remember(_ tensors: CheckpointTensors, of names: [String]) throws
}

/// What a training changes from step to step: its model, and what its optimiser remembers.
public struct TrainingState {
  private let model: any Module
  private let optimizer: any ResumableOptimizer

  /// The state of a training. Precondition: the optimiser moves the model's parameters, in their order.
  public init(model: any Module, optimizer: any ResumableOptimizer) {
    self.model = model
    self.optimizer = optimizer
  }

  private static let prefix = "model."
  private var names: [String] { model.namedParameters().map(\.name) }

  /// All of it as tensors: the model's behind `model.`, the optimiser's behind `optimizer.`.
  public var columns: OrderedDictionary<String, Column> {
    var columns: OrderedDictionary<String, Column> = [:]
    for (name, column) in model.columns { columns[Self.prefix + name] = column }
    return columns.merging(optimizer.memory(of: names)) { $1 }
  }

  /// Takes all of it from a checkpoint's tensors.
  ///
  /// - Parameter name: the checkpoint's file, for messages.
  /// - Throws: a data failure that names a tensor which is missing, unfit, of numbers that are none, or not of this
  ///   training.
  public func load(_ tensors: OrderedDictionary<String, Column>, from name: String) throws {
    let tensors = CheckpointTensors(tensors, file: name)
    try tensors.check(names: Set(columns.keys))
    for (place, parameter) in model.namedParameters() + model.namedBuffers() {
      parameter.values = try tensors.floats(Self.prefix + place, shape: parameter.shape)
    }
    try optimizer.remember(tensors, of: names)
  }
}

/// The tensors of a checkpoint, each checked as it is asked for.
public struct CheckpointTensors {
  private let tensors: OrderedDictionary<String, Column>
  private let file: String

  init(_ tensors: OrderedDictionary<String, Column>, file: String) {
    self.tensors = tensors
    self.file = file
  }

  fileprivate func check(names: Set<String>) throws {
    if let other = tensors.keys.first(where: { !names.contains($0) }) {
      throw Failure(.data, "\(file): the tensor \(other.quoted) has no place in this training")
    }
  }

  /// The numbers of an F32 tensor, all of them finite.
  func floats(_ name: String, shape: [Int]) throws -> [Float] {
    let floats = try column(name, .f32, shape).floats
    guard floats.allSatisfy(\.isFinite) else {
      throw Failure(.data, "\(file): the tensor \(name) holds values that are not finite")
    }
    return floats
  }

  /// The counts of an I64 tensor, none of them negative.
  func counts(_ name: String, shape: [Int]) throws -> [Int] {
    let counts = try column(name, .i64, shape).integers
    guard counts.allSatisfy({ $0 >= 0 }) else {
      throw Failure(.data, "\(file): the tensor \(name) holds counts below 0")
    }
    return counts
  }

  private func column(_ name: String, _ type: ElementType, _ shape: [Int]) throws -> Column {
    guard let column = tensors[name] else { throw Failure(.data, "\(file): the checkpoint lacks the tensor \(name)") }
    guard column.type == type, column.shape == shape else {
      throw Failure(
        .data,
        "\(file): the tensor \(name) is \(column.type.rawValue) \(column.shape), where \(type.rawValue) \(shape) is "
          + "expected")
    }
    return column
  }
}
