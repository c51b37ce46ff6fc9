import Compute
import OrderedCollections
import Records

/// An optimiser whose memory travels in a checkpoint.
package protocol ResumableOptimizer: AnyObject {
  /// Moves every parameter that has a gradient.
  func step(learningRate: Float)
  /// What it remembers of its parameters, whose names are given in its order.
  func memory(of names: [String]) -> OrderedDictionary<String, Column>
  /// Takes what `memory` gave.
  ///
  /// - Throws: a data failure that names a tensor which is missing or unfit.
  func remember(_ tensors: CheckpointTensors, of names: [String]) throws
}

/// What a training changes from step to step, in the form in which a checkpoint keeps it.
package protocol ResumableState {
  /// The bytes that all of it takes at most, wherever the training stands.
  var largestByteCount: Int { get }
  /// All of it as tensors, where the training stands at the position.
  func columns(at position: CheckpointDocument.Position) throws -> OrderedDictionary<String, Column>
  /// Takes what `columns` gave.
  ///
  /// - Throws: a data failure that names a tensor which is missing, unfit, or of numbers that are none.
  func load(_ tensors: CheckpointTensors, at position: CheckpointDocument.Position) throws
}

/// What a training changes from step to step: its model, and what its optimiser and its objective remember.
package struct TrainingState: ResumableState {
  private let model: any Module
  private let optimizer: any ResumableOptimizer
  private let objective: (any ObjectiveMemory)?

  /// The state of a training. Precondition: the optimiser moves the model's parameters, in their order.
  package init(model: any Module, optimizer: any ResumableOptimizer, objective: (any ObjectiveMemory)? = nil) {
    (self.model, self.optimizer, self.objective) = (model, optimizer, objective)
  }

  private static let prefix = "model."
  private var names: [String] { model.namedParameters().map(\.name) }

  /// All of it as tensors: the model's behind `model.`, the optimiser's behind `optimizer.`.
  private var columns: OrderedDictionary<String, Column> {
    model.columns(prefix: Self.prefix).merging(optimizer.memory(of: names)) { $1 }
      .merging(objective?.columns ?? [:]) { $1 }
  }

  package var largestByteCount: Int { columns.values.reduce(0) { $0 + $1.bytes.count } }

  package func columns(at position: CheckpointDocument.Position) -> OrderedDictionary<String, Column> { columns }

  package func load(_ tensors: CheckpointTensors, at position: CheckpointDocument.Position) throws {
    try model.load(tensors, prefix: Self.prefix)
    try optimizer.remember(tensors, of: names)
    try objective?.remember(tensors)
  }
}

extension Module {
  /// Every parameter and buffer as a column, its name behind a prefix.
  package func columns(prefix: String) -> OrderedDictionary<String, Column> {
    OrderedDictionary(uniqueKeysWithValues: columns.map { (prefix + $0.key, $0.value) })
  }

  /// Takes what `columns(prefix:)` gave.
  ///
  /// - Throws: a data failure that names a tensor which is missing, unfit, or of numbers that are none.
  package func load(_ tensors: CheckpointTensors, prefix: String) throws {
    for (place, parameter) in namedParameters() + namedBuffers() {
      parameter.values = try tensors.floats(prefix + place, shape: parameter.shape)
    }
  }
}

/// The tensors of a checkpoint, each checked as it is asked for.
package struct CheckpointTensors {
  private let tensors: OrderedDictionary<String, Column>
  private let file: String

  init(_ tensors: OrderedDictionary<String, Column>, file: String) {
    self.tensors = tensors
    self.file = file
  }

  /// - Throws: a data failure where a tensor has none of the names.
  func check(names: Set<String>) throws {
    if let other = tensors.keys.first(where: { !names.contains($0) }) {
      throw Failure(.data, "\(file): the tensor \(other.quoted) has no place in this training")
    }
  }

  /// The numbers of an F32 tensor, all of them finite.
  ///
  /// - Throws: a data failure where there is no such tensor.
  package func floats(_ name: String, shape: [Int]) throws -> [Float] {
    let floats = try column(name, .f32, shape).floats
    guard floats.allSatisfy(\.isFinite) else {
      throw Failure(.data, "\(file): the tensor \(name) holds values that are not finite")
    }
    return floats
  }

  /// The counts of an I64 tensor, none of them negative or beyond what a training reaches.
  func counts(_ name: String, shape: [Int]) throws -> [Int] {
    let counts = try column(name, .i64, shape).integers
    guard counts.allSatisfy((0...1 << 53).contains) else {
      throw Failure(.data, "\(file): the tensor \(name) holds counts that no training reaches")
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
