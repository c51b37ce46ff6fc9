/// Stochastic gradient descent with momentum, as PyTorch has it:
///
///     g ← g + decay·θ;  v ← momentum·v + g  (v = g in the first step);  θ ← θ − rate·v
///
/// The decay applies to every parameter. A parameter without a gradient is left alone.
package final class SGD {
  private let parameters: [Parameter]
  private let momentum: Float
  private let weightDecay: Float
  private let velocities: [Storage]

  /// An optimiser of the given parameters that has taken no step.
  package init(_ parameters: [Parameter], momentum: Float = 0, weightDecay: Float = 0) {
    self.parameters = parameters
    self.momentum = momentum
    self.weightDecay = weightDecay
    // Zeros give v = g in the first step.
    velocities = parameters.map { .zeros(count: $0.count) }
  }

  /// The velocity of every parameter, in the order the parameters were given; what a checkpoint keeps.
  package var state: [[Float]] {
    get { velocities.map(\.array) }
    set {
      precondition(
        newValue.count == parameters.count, "SGD: \(newValue.count) velocities, \(parameters.count) parameters")
      for (velocity, values) in zip(velocities, newValue) { velocity.assign(values) }
    }
  }

  /// Moves every parameter that has a gradient.
  package func step(learningRate: Float) {
    OptimizerKernel.forEachPiece(of: parameters) { index, gradient, range in
      OptimizerKernel.momentum(
        parameters[index].value.base, gradient.base, velocity: velocities[index].base, range, rate: learningRate,
        momentum: momentum, weightDecay: weightDecay)
    }
  }
}
