import Compute
import OrderedCollections
import Records

extension Recipe.Optimization {
  /// The optimiser of the given parameters, which has taken no step.
  func optimizer(of parameters: [Parameter]) -> any ResumableOptimizer {
    switch self {
    case .adam(let weightDecay): Adam(parameters, weightDecay: weightDecay)
    case .sgd(let momentum, let weightDecay): SGD(parameters, momentum: momentum, weightDecay: weightDecay)
    }
  }
}

extension Adam: ResumableOptimizer {
  private static let steps = "optimizer.steps"

  package func memory(of names: [String]) -> OrderedDictionary<String, Column> {
    let state = state
    var columns: OrderedDictionary<String, Column> = [
      Self.steps: Column(state.map(\.steps), shape: [state.count])
    ]
    for (name, moments) in zip(names, state) {
      columns["optimizer.first.\(name)"] = Column(moments.first, shape: [moments.first.count])
      columns["optimizer.second.\(name)"] = Column(moments.second, shape: [moments.second.count])
    }
    return columns
  }

  package func remember(_ tensors: CheckpointTensors, of names: [String]) throws {
    let steps = try tensors.counts(Self.steps, shape: [names.count])
    state = try zip(names, zip(steps, state)).map { name, known in
      let shape = [known.1.first.count]
      return Moments(
        steps: known.0, first: try tensors.floats("optimizer.first.\(name)", shape: shape),
        second: try tensors.floats("optimizer.second.\(name)", shape: shape))
    }
  }
}

extension SGD: ResumableOptimizer {
  package func memory(of names: [String]) -> OrderedDictionary<String, Column> {
    OrderedDictionary(
      uniqueKeysWithValues: zip(names, state).map { ("optimizer.velocity.\($0)", Column($1, shape: [$1.count])) })
  }

  package func remember(_ tensors: CheckpointTensors, of names: [String]) throws {
    state = try zip(names, state).map { try tensors.floats("optimizer.velocity.\($0)", shape: [$1.count]) }
  }
}
